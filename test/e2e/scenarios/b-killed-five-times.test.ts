import { expect } from '@jest/globals'
import { expectMoved, hasEnded, settled } from '../expectations.ts'
import type { OpenStack } from '../openstack.ts'
import { scenario, type World } from '../scenario.ts'
import { until } from '../until.ts'

const servers = 15

scenario(
  'b',
  'a service that is killed five times on the way still moves fifteen servers once each',
  {},
  async world => {
    const { lab, cloud, service } = world
    const ids = await lab.boot(servers, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const { id } = await service.opened('compute-01')

    await killAndStart(world, id)
    await service.waitFor(
      id,
      'the power-off to be intended',
      view => view.fenceIntents['compute-01'] !== undefined || settled(view)
    )
    await killAndStart(world, id)
    for (const moved of [0, 4, 9]) {
      await until(`more than ${moved} evacuations`, 300_000, async () => (await evacuated(cloud, moved)) > moved)
      await killAndStart(world, id)
    }

    const view = await service.waitFor(id, 'the recovery to end', settled)
    expect(view.state).toBe('recovered')
    expect(view.moveList.filter(({ state }) => state === 'arrived')).toHaveLength(servers)
    await expectMoved(cloud, ids, 'compute-01', view.plan?.targets ?? [])
    expect(await service.recoveries('?host=compute-01')).toHaveLength(1)
  }
)

/** The kill must come while there is something left to do. */
async function killAndStart({ service }: World, id: string): Promise<void> {
  const view = await service.recovery(id)
  process.stdout.write(`(b) SIGKILL while ${view.state}\n`)
  expect(hasEnded(view)).toBe(false)
  await service.kill()
  await service.start()
}

/** Evacuations done; before the first one counts, those that were begun. */
async function evacuated(cloud: OpenStack, beyond: number): Promise<number> {
  const evacuations = await cloud.evacuations()
  return beyond === 0 ? evacuations.length : evacuations.filter(({ status }) => status === 'done').length
}
