import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { playHabits } from './habits.ts'

scenario('ipmi', 'a dead host is powered off by IPMI, and then it is emptied', { bmc: 'ipmi' }, async world => {
  const { lab, cloud, service } = world
  const { id, servers } = await begin(world, 3)
  const view = await service.waitFor(id, 'the recovery to end', settled)

  expect(view).toMatchObject({ state: 'recovered', proofs: { 'compute-01': { kind: 'fenced' } } })
  expect(JSON.stringify(view.proofs)).toContain('"ipmi"')
  // By Redfish, so that another door says the same.
  expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  await expectIsolated(cloud, 'compute-01')
})

playHabits('ipmi', 'ipmi')
