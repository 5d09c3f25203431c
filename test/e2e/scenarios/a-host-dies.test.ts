import { expect } from '@jest/globals'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'

scenario('a', 'a silent host is fenced by its BMC and all its servers run on the spare, once', {}, async world => {
  const { lab, cloud, service } = world
  const servers = await lab.boot(3, { host: 'compute-01', network: 'private' })
  await lab.alarm(service.alarmUrl(), 'compute-01')
  await lab.panic('compute-01')
  expect(await lab.bmcPower('compute-01', 'status')).toBe('On')

  const opened = await service.opened('compute-01')
  const view = await service.waitFor(opened.id, 'the recovery to end', settled)

  expect(view).toMatchObject({
    state: 'recovered',
    verdict: 'dead',
    proofs: { 'compute-01': { kind: 'fenced', agents: [{ agent: 'bmc', method: 'redfish' }] } }
  })
  expect(view.signals[0]).toMatchObject({ source: 'aodh', actor: 'aodh', host: 'compute-01', outcome: 'opened' })
  expect(view.moveList.map(move => move.state)).toEqual(servers.map(() => 'arrived'))
  expect(view.plan?.targets).toHaveLength(1)
  const target = view.plan?.targets[0] ?? ''
  expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
  await expectMoved(cloud, servers, 'compute-01', [target])
  await expectIsolated(cloud, 'compute-01')
  expect((await cloud.services())[target]).toMatchObject({ status: 'enabled', state: 'up' })
  const guests = await lab.guests()
  expect(guests.filter(line => line.startsWith(target) && line.endsWith('runs'))).toHaveLength(servers.length)
})
