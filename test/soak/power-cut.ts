import { setTimeout as delay } from 'node:timers/promises'
import { allOf, type Delivered, deliverUntil, lostOrLeft } from './deliver.ts'
import { type Disk, openExt4 } from './disk.ts'
import { createRawClient } from './raw.ts'
import { onStage, type Report, type Stage } from './stage.ts'

const lanes = 8

/** The machine of the default store loses its power, again and again, in the middle of taking alarms. */
export async function powerCuts(cuts: number): Promise<Report> {
  const hosts = { 'compute-01': {}, 'compute-02': {}, 'compute-05': { spare: true as const }, 'compute-06': {} }
  const disk = openExt4(64)
  try {
    const more = { store: { url: `file:${disk.folder}/switchover.db` } }
    const wishes = () => ({ hosts: ['compute-01', 'compute-02'], spares: ['compute-05'], armed: false, more })
    return await onStage({ spec: { hosts }, wishes }, stage => play(stage, disk, cuts))
  } finally {
    disk.close()
  }
}

async function play({ service }: Stage, disk: Disk, cuts: number): Promise<Report> {
  const delivered: Delivered[] = []
  const broken: string[] = []
  for (let cut = 0; cut < cuts; cut++) {
    const client = createRawClient(service.url)
    const ending = new AbortController()
    const delivering = deliverUntil(client, `cut-${cut}`, lanes, ending.signal)
    await delay(200 + Math.random() * 1500)
    disk.cutPower()
    // What is answered from now on is answered by a process whose disk is gone.
    await delay(50)
    await service.kill()
    ending.abort()
    delivered.push(...(await delivering))
    client.close()
    disk.mountAgain()
    await service.start()
    broken.push(
      ...lostOrLeft(delivered, await allOf(service, '/v1/signals')).map(sentence => `cut ${cut + 1}: ${sentence}`)
    )
  }
  const count = (status: number) => delivered.filter(({ answer }) => answer.status === status).length
  return {
    figures: {
      cuts,
      offered: delivered.length,
      acknowledged: count(202),
      'refused with 503': count(503),
      'without an answer': count(0)
    },
    broken: count(202) > cuts ? broken : [...broken, `only ${count(202)} alarms were acknowledged in all`]
  }
}
