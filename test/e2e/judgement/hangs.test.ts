import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'
import { comesBack, patient, staysSilent } from './silent-host.ts'

scenario(
  'hangs',
  'a host that hangs takes connections and says nothing: it is dead, fenced and emptied',
  {},
  async world => await staysSilent(world, async () => await world.lab.hang('compute-01'))
)

scenario(
  'hangs',
  'a host that goes on while it is being looked at is dismissed, and nothing was touched',
  patient,
  async world => await comesBack(world, async () => await world.lab.hang('compute-01'))
)

scenario(
  'hangs',
  'a host that goes on while it is being powered off is emptied once it is off, and not before',
  {},
  async world => {
    const { lab, cloud, service } = world
    await lab.behaveBmc('compute-01', { poweringOffSeconds: 20 })
    const { id, servers } = await begin(world, 3, async () => await lab.hang('compute-01'))
    await until(
      'the power-off to be accepted',
      180_000,
      async () => (await lab.bmcPower('compute-01', 'status')) === 'PoweringOff'
    )
    await lab.start('compute-01')

    const view = await service.waitFor(id, 'the recovery to end', settled)
    expect(view).toMatchObject({ state: 'recovered', proofs: { 'compute-01': { kind: 'fenced' } } })
    expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')
  }
)
