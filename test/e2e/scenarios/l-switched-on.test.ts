import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { hasEnded } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'
import type { RecoveryView } from '../views.ts'

scenario(
  'l',
  'a host that a person switched on again after its fence is left alone',
  { spares: ['compute-05'] },
  async world => {
    const { lab, cloud, service } = world
    // The only spare takes no server: the recovery is held with the host fenced.
    await lab.behaveHost('compute-05', { failSpawn: true })
    await lab.boot(2, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const { id } = await service.opened('compute-01')
    const held = await service.waitFor(id, 'the recovery to be held with the host fenced', isHeldFenced)
    expect(held).toMatchObject({ state: 'held', proofs: { 'compute-01': { kind: 'fenced' } } })
    expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
    const before = await cloud.evacuations()

    await lab.bmcPower('compute-01', 'on')
    await until('compute-01 to be on', 60_000, async () => (await lab.bmcPower('compute-01', 'status')) === 'On')
    // A second spare would let the recovery go on, were it not for the host that is on.
    await service.configure({ spares: ['compute-05', 'compute-06'] })
    await lab.reserve('compute-06', 'switchover: spare')
    expect(await service.stop()).toBe(0)
    await service.start()
    await service.waitFor(id, 'the host to be seen on', view => view.hold?.code === 'power' || hasEnded(view))
    await delay(10_000)

    const view = await service.recovery(id)
    expect(view).toMatchObject({ state: 'held', hold: { code: 'power', releasedBy: 'person' } })
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
    expect(await cloud.evacuations()).toHaveLength(before.length)
  }
)

function isHeldFenced(view: RecoveryView): boolean {
  return hasEnded(view) || (view.state === 'held' && view.proofs['compute-01'] !== undefined)
}
