import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { expectMoved, hasEnded, stopped } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import type { RecoveryView } from '../views.ts'

scenario(
  'approval',
  'a plan waits for the approval of a person, which expires and counts again when it is renewed',
  // Approved while nothing may be touched: so the approval can expire before it is used.
  { armed: false, segment: { approval: 'required' }, more: { limits: { recoveriesPerHour: 100, approvalMinutes: 1 } } },
  async world => {
    const { lab, cloud, service } = world
    const servers = await lab.boot(5, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const { id } = await service.opened('compute-01')
    await service.waitFor(id, 'the recovery to be held', stopped)
    await approve('it may go, once it is armed')
    await delay(65_000)
    expect((await service.request('PUT', '/v1/arming', { armed: true, reason: 'go' })).status).toBe(200)

    const held = await service.waitFor(id, 'the recovery to wait for a person', view => isHeldFor(view, 'approval'))
    expect(held.hold).toMatchObject({ releasedBy: 'person', reason: expect.stringMatching(/expired/) })
    expect(held).toMatchObject({ fenceIntents: {}, proofs: {} })
    expect(await cloud.evacuations()).toEqual([])

    await approve('now')
    const view = await service.waitFor(id, 'the recovery to end', hasEnded)
    expect(view.state).toBe('recovered')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])

    async function approve(reason: string): Promise<void> {
      const { version } = await service.recovery(id)
      expect((await service.request('POST', `/v1/recoveries/${id}/approve`, { reason, version })).status).toBe(202)
    }
  }
)

function isHeldFor({ hold }: RecoveryView, code: string): boolean {
  return hold?.code === code
}
