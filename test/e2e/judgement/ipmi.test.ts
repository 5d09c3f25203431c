import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'

const wishes = { bmc: 'ipmi' } as const

scenario('ipmi', 'a dead host is powered off by IPMI, and then it is emptied', wishes, async world => {
  const { lab, cloud, service } = world
  const { id, servers } = await begin(world, 5)
  const view = await service.waitFor(id, 'the recovery to end', settled)

  expect(view).toMatchObject({ state: 'recovered', proofs: { 'compute-01': { kind: 'fenced' } } })
  expect(JSON.stringify(view.proofs)).toContain('"ipmi"')
  // By Redfish, so that another door says the same.
  expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  await expectIsolated(cloud, 'compute-01')
})

scenario('ipmi', 'a BMC that refuses the password by IPMI: held, nothing moves', wishes, async world => {
  const { lab, cloud, service } = world
  await lab.behaveBmc('compute-01', { wrongPassword: true })
  const { id } = await begin(world, 2)
  const view = await service.waitFor(id, 'the recovery to end or to wait for a person', settled)

  expect(view).toMatchObject({ state: 'held', proofs: {}, hold: { code: 'not-fenced', releasedBy: 'person' } })
  expect(view.hold?.reason).toMatch(/refuses/)
  expect(await cloud.evacuations()).toEqual([])
  await lab.behaveBmc('compute-01')
  expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
})
