import { expect } from '@jest/globals'
import { expectIsolated, expectMoved, settled, waitUntilDown } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { expectUntouched } from './untouched.ts'

scenario(
  'hangs',
  'a host that hangs takes connections and says nothing: it is dead, fenced and emptied',
  {},
  async world => {
    const { lab, cloud, service } = world
    const servers = await lab.boot(5, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.hang('compute-01')

    const { id } = await service.opened('compute-01')
    const view = await service.waitFor(id, 'the recovery to end', settled)

    expect(view).toMatchObject({ state: 'recovered', verdict: 'dead', proofs: { 'compute-01': { kind: 'fenced' } } })
    expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')
  }
)

scenario(
  'hangs',
  'a host that goes on while it is being looked at is dismissed, and nothing was touched',
  // Long enough for Nova to call it down, and for it to go on before it counts as dead.
  { downSeconds: 60 },
  async world => {
    const { lab, cloud, service } = world
    await lab.boot(5, { host: 'compute-01' })
    const before = await cloud.snapshot()
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.hang('compute-01')
    await waitUntilDown(cloud, 'compute-01')
    const { id } = await service.opened('compute-01')
    expect(await service.recovery(id)).toMatchObject({ state: 'confirming' })
    await lab.start('compute-01')

    const view = await service.waitFor(id, 'the recovery to end', settled)

    expect(view).toMatchObject({ state: 'dismissed', verdict: 'healthy' })
    await expectUntouched(world, view, before)
  }
)
