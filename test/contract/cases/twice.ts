import type { ContractCase } from '../contract-case.ts'
import { answered, evacuate, failSource } from '../steps/evacuate.ts'
import { evacuationsOf, lookAt, settled } from '../steps/look.ts'
import { other, type Stage, target } from '../steps/stage.ts'

/** Two evacuations of one server: neither is refused, and not both succeed. Which stops which is decided by milliseconds. */
export const twice: readonly ContractCase[] = [
  {
    name: 'twice-at-once',
    asks: 'Is a second evacuate to the same target refused?',
    play: stage => atOnce(stage, target)
  },
  {
    name: 'twice-at-once-apart',
    asks: 'And one to another target?',
    play: stage => atOnce(stage, other)
  },
  {
    name: 'second-while-the-first-spawns',
    asks: 'What does a second evacuate do to a first whose guest is about to start?',
    play: stage => whileTheFirstSpawns(stage, other)
  },
  {
    name: 'second-where-the-first-spawns',
    asks: 'And one to the same target?',
    play: stage => whileTheFirstSpawns(stage, target)
  }
]

async function atOnce(stage: Stage, second: string): Promise<void> {
  const [server] = await stage.boot(['server'])
  for (const host of new Set([target, second])) await stage.lab.behaveHost(host, { spawnSeconds: 3 })
  await failSource(stage)
  const answers = [
    await stage.act(server!, { evacuate: { host: target } }),
    await stage.act(server!, { evacuate: { host: second } })
  ]
  stage.note(`twice at once, to ${target} and ${second}`, { answers: answers.map(answered) })
  const { ended, status } = await settled(stage, server!, 25)
  const records = await evacuationsOf(stage, server!)
  const done = records.filter(record => record.status === 'done')
  stage.note('... the server after that', {
    records: records.length,
    bothDone: done.length === 2,
    asWished: ended === true && status === 'ACTIVE'
  })
  await saveBy(stage, server!, 'compute-02')
}

async function whileTheFirstSpawns(stage: Stage, second: string): Promise<void> {
  const [server] = await stage.boot(['server'])
  await stage.lab.behaveHost(target, { spawnSeconds: 20 })
  await failSource(stage)
  await stage.act(server!, { evacuate: { host: target } })
  await stage.must('the first to spawn', 60, async () => (await lookAt(stage, server!)).task === 'rebuild_spawning')
  await evacuate(stage, `the second, to ${second}`, server!, { host: second }, { seconds: 60 })
}

/** A third evacuate, to where no copy can be, frees the server; of its records any may be the one that is done. */
async function saveBy(stage: Stage, server: string, host: string): Promise<void> {
  const answer = await stage.act(server, { evacuate: { host } })
  const free = async () => {
    const { status, task, host: where } = await lookAt(stage, server)
    return status === 'ACTIVE' && task === null && where === host
  }
  await stage.until(60, free)
  const { status, task, host: where } = await lookAt(stage, server)
  stage.note('a third, to a host that neither named', { ...answered(answer), status, task, host: where })
}
