import type { ContractCase } from '../contract-case.ts'
import { answered, die, waitFor } from '../steps/evacuate.ts'
import { evacuationsOf, providerOf } from '../steps/look.ts'
import { type Stage, source, target } from '../steps/stage.ts'

const three = ['server 1', 'server 2', 'server 3']

/** The failed host comes back: after its servers were evacuated, meanwhile, or without. */
export const hostReturns: readonly ContractCase[] = [
  {
    name: 'returns-after-the-evacuation',
    asks: 'When is a host clean again whose servers were evacuated, and when may it be forced up?',
    telling: true,
    async play(stage) {
      const ids = await stage.boot(three)
      await die(stage, source)
      await note(stage, 'nova-compute was killed', ids)
      await evacuateAll(stage, ids)
      await note(stage, 'evacuated', ids)
      const early = await stage.putService(source, { forced_down: false })
      await note(stage, 'forced_down unset while nova-compute is dead', ids, answered(early))
      await startAgain(stage)
      await note(stage, 'nova-compute started again, still forced down', ids)
      await stage.boot(['late server']).catch(() => undefined)
      await note(stage, 'a server was booted there although forced down', ids)
      const late = await stage.putService(source, { forced_down: false })
      await stage.pass(4)
      await note(stage, 'forced_down unset', ids, answered(late))
    }
  },
  {
    name: 'goes-on-after-the-evacuation',
    asks: 'Does a host that hung clean up when it goes on?',
    async play(stage) {
      const ids = await stage.boot(three)
      await stage.lab.hang(source)
      await stage.must('the source to be down', 60, async () => (await stage.service(source)).state === 'down')
      await evacuateAll(stage, ids)
      await note(stage, 'hung and evacuated', ids)
      await startAgain(stage)
      await note(stage, 'it goes on, still forced down', ids)
      const early = await stage.putService(source, { forced_down: false })
      await stage.pass(75)
      await note(stage, 'forced_down unset, 75 s later', ids, answered(early))
      await stage.lab.kill(source)
      await stage.pass(3)
      await startAgain(stage)
      await note(stage, 'nova-compute restarted', ids)
    }
  },
  {
    name: 'returns-during-the-evacuation',
    asks: 'What does a host do to its guests that starts while they are being evacuated?',
    async play(stage) {
      // The evacuation must last longer than a start, and that takes as long as the machine is busy.
      await stage.lab.kill(source)
      const seconds = await startAgain(stage)
      const ids = await stage.boot(three)
      await stage.lab.behaveHost(target, { spawnSeconds: 20 + Math.ceil(3 * seconds) })
      await die(stage, source)
      await stage.putService(source, { forced_down: true })
      for (const id of ids) await stage.act(id, { evacuate: { host: target } })
      await stage.must('all to spawn', 60, async () => {
        return (await Promise.all(ids.map(id => stateOf(stage, id)))).every(({ task }) => task === 'rebuild_spawning')
      })
      await startAgain(stage)
      await note(stage, 'back during the evacuation', ids)
      await allDone(stage, ids, ['done', 'completed'])
      await note(stage, 'evacuation ended', ids)
    }
  },
  {
    name: 'returns-without-evacuation',
    asks: 'What becomes of the servers of a host whose nova-compute was dead for a while?',
    async play(stage) {
      const ids = await stage.boot(three)
      await die(stage, source)
      await stage.lab.start(source)
      await stage.must('the source to be up', 180, async () => (await stage.service(source)).state === 'up')
      await stage.pass(10)
      await note(stage, 'killed, not evacuated, started again', ids)
    }
  },
  {
    name: 'returns-from-power-off',
    asks: 'And of those of a host that was powered off?',
    async play(stage) {
      const ids = await stage.boot(three)
      await stage.lab.off(source)
      await stage.must('the source to be down', 60, async () => (await stage.service(source)).state === 'down')
      await stage.lab.start(source)
      await stage.must('the source to be up', 180, async () => (await stage.service(source)).state === 'up')
      // It compares which guests run once a minute, or later.
      await stage.until(120, async () => (await Promise.all(ids.map(id => stateOf(stage, id)))).every(isStopped))
      await note(stage, 'powered off, not evacuated, started again', ids)
    }
  },
  {
    name: 'start-is-queued',
    asks: 'What becomes of a start that was asked for while the host was off?',
    telling: true,
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.act(server!, { 'os-stop': null })
      await waitFor(stage, server!, 'SHUTOFF')
      await stage.lab.off(source)
      await stage.putService(source, { forced_down: true })
      const queued = await stage.act(server!, { 'os-start': null })
      await stage.pass(2)
      await note(stage, 'its user starts it while its host is off', [server!], answered(queued))
      await evacuateAll(stage, [server!])
      await note(stage, '... it is evacuated', [server!])
      const started = await stage.act(server!, { 'os-start': null })
      await waitFor(stage, server!, 'ACTIVE')
      await note(stage, '... and started on its new host', [server!], answered(started))
      await startAgain(stage)
      await note(stage, '... and the old host returns', [server!])
    }
  }
]

function saidOf({ status, task, host }: { status: string; task: string | null; host: string }): string {
  return `${status}, ${task ?? 'no task'}, ${host}`
}

function isStopped({ status, task }: { status: string; task: string | null }): boolean {
  return status === 'SHUTOFF' && task === null
}

/** It reports once it has cleaned up, also while it is forced down; then it works off its queue. Resolves to how many seconds it took. */
async function startAgain(stage: Stage): Promise<number> {
  const { updated_at: before } = await stage.service(source)
  const begun = stage.world.now()
  await stage.lab.start(source)
  await stage.must('a report', 180, async () => (await stage.service(source)).updated_at !== before)
  const took = stage.world.now() - begun
  await stage.pass(5)
  return took
}

async function evacuateAll(stage: Stage, ids: readonly string[]): Promise<void> {
  await stage.putService(source, { forced_down: true })
  for (const id of ids) await stage.act(id, { evacuate: { host: target } })
  await allDone(stage, ids, ['done'])
}

async function allDone(stage: Stage, ids: readonly string[], ends: readonly string[]): Promise<void> {
  await stage.must('the evacuations to end', 600, async () => {
    const states = await Promise.all(ids.map(id => stateOf(stage, id)))
    const records = (await Promise.all(ids.map(id => evacuationsOf(stage, id)))).flat()
    return states.every(({ host }) => host === target) && records.every(({ status }) => ends.includes(status))
  })
  // The server's last change of state comes with the record, not before it.
  await stage.pass(1)
}

async function stateOf(stage: Stage, id: string): Promise<{ status: string; task: string | null; host: string }> {
  const { body } = await stage.call('GET', `/servers/${id}`)
  const { server } = body as { server: Record<string, string> }
  return {
    status: server.status!,
    task: server['OS-EXT-STS:task_state'] ?? null,
    host: server['OS-EXT-SRV-ATTR:host']!
  }
}

/** Writes down how the host stands, where its guests are, and what Placement charges. */
async function note(stage: Stage, step: string, ids: readonly string[], answer: object = {}): Promise<void> {
  const { state, status, forced_down: forced } = await stage.service(source)
  const records = (await Promise.all(ids.map(id => evacuationsOf(stage, id)))).flat()
  const guests = (await stage.lab.guests()).filter(line => / (runs|is paused)$/.test(line))
  stage.note(step, {
    ...answer,
    service: `${state}/${status}/forced_down=${forced}`,
    guestsOnSource: guests.filter(line => line.startsWith(source)).length,
    guestsOnTarget: guests.filter(line => line.startsWith(target)).length,
    migrations: records.map(({ status: of }) => of).sort(),
    vcpuOnSource: await used(stage, source),
    vcpuOnTarget: await used(stage, target),
    servers: await Promise.all(ids.map(async id => saidOf(await stateOf(stage, id))))
  })
}

async function used(stage: Stage, host: string): Promise<number | undefined> {
  const path = `/resource_providers/${await providerOf(stage, host)}/usages`
  const { body } = await stage.call('GET', path, { of: 'placement' })
  return (body as { usages: Record<string, number> }).usages.VCPU
}
