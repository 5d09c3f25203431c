import { expect } from '@jest/globals'
import { expectIsolated, expectMoved, hasEnded, stopped } from '../expectations.ts'
import { scenario } from '../scenario.ts'

const wishes = { segment: { fencing: [{ agent: 'bmc', timeoutSeconds: 20 }] } }

scenario('d', 'a host whose BMC is away is held until a person vouches that it is off', wishes, async world => {
  const { lab, cloud, service } = world
  const servers = await lab.boot(2, { host: 'compute-01' })
  await lab.alarm(service.alarmUrl(), 'compute-01')
  await lab.behaveBmc('compute-01', { unreachable: true })
  await lab.off('compute-01')

  const { id } = await service.opened('compute-01')
  const held = await service.waitFor(id, 'the recovery to be held', stopped)
  expect(held).toMatchObject({ state: 'held', proofs: {}, hold: { code: 'not-fenced' } })
  expect(await cloud.evacuations()).toEqual([])

  const reason = 'I stood before it and it is dark'
  const stale = await service.request('POST', `/v1/recoveries/${id}/vouch`, { reason, version: held.version - 1 })
  expect(stale.status).toBe(409)
  const { version } = await service.recovery(id)
  const vouch = await service.request('POST', `/v1/recoveries/${id}/vouch`, { reason, version })
  expect(vouch.status).toBe(202)
  const view = await service.waitFor(id, 'the recovery to end', hasEnded)

  expect(view).toMatchObject({ state: 'recovered', proofs: { 'compute-01': { kind: 'vouched', by: 'olga' } } })
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  await expectIsolated(cloud, 'compute-01')
})
