import { expect } from '@jest/globals'
import { expectIsolated, expectMoved, settled, waitUntilDown } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { expectUntouched } from './untouched.ts'

scenario(
  'cut',
  'a host that is off the network still runs its guests: none is moved before the host is off',
  {},
  async world => {
    const { lab, cloud, service } = world
    const servers = await lab.boot(5, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.cut('compute-01')
    expect((await lab.guests()).filter(line => line.startsWith('compute-01') && line.endsWith('runs'))).toHaveLength(5)

    const { id } = await service.opened('compute-01')
    const view = await service.waitFor(id, 'the recovery to end', settled)

    expect(view).toMatchObject({ state: 'recovered', verdict: 'dead', proofs: { 'compute-01': { kind: 'fenced' } } })
    expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')
  }
)

scenario(
  'cut',
  'a host that comes back to the network while it is looked at is dismissed, and nothing was touched',
  { downSeconds: 60 },
  async world => {
    const { lab, cloud, service } = world
    await lab.boot(5, { host: 'compute-01' })
    const before = await cloud.snapshot()
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.cut('compute-01')
    await waitUntilDown(cloud, 'compute-01')
    const { id } = await service.opened('compute-01')
    await lab.start('compute-01')

    const view = await service.waitFor(id, 'the recovery to end', settled)

    expect(view).toMatchObject({ state: 'dismissed', verdict: 'healthy' })
    await expectUntouched(world, view, before)
  }
)
