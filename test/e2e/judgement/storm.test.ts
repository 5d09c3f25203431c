import { expect } from '@jest/globals'
import { expectMoved, hasEnded } from '../expectations.ts'
import { scenario, type World } from '../scenario.ts'
import type { RecoveryView } from '../views.ts'

// Half of the segment: two of its four hosts.
const wishes = { hosts: ['compute-01', 'compute-02'], spares: ['compute-05', 'compute-06'], quietMinutes: 10 }

scenario(
  'storm',
  'half of a segment dies at once: nothing is begun, and each host moves once its plan is approved',
  wishes,
  async world => {
    const { lab, cloud, service } = world
    const servers: Record<string, string[]> = {
      'compute-01': await lab.boot(2, { host: 'compute-01', prefix: 'first' }),
      'compute-02': await lab.boot(2, { host: 'compute-02', prefix: 'second' })
    }
    for (const host of wishes.hosts) await lab.alarm(service.alarmUrl(), host)
    await lab.panic(...wishes.hosts)

    const both = [await service.opened('compute-01'), await service.opened('compute-02')]
    for (const { id } of both) {
      const held = await service.waitFor(id, 'a storm to hold it', isHeldByStorm)
      expect(held).toMatchObject({ hold: { code: 'guard', releasedBy: 'world' }, fenceIntents: {}, proofs: {} })
    }
    expect(await cloud.evacuations()).toEqual([])
    for (const host of wishes.hosts) expect(await lab.bmcPower(host, 'status')).toBe('On')

    for (const { id, host } of both) {
      // The first approval takes a spare away, and the other plan is made anew.
      const view = await approveUntilGone(service, id)
      expect(view).toMatchObject({ state: 'recovered', approval: { by: 'olga' } })
      expect(view.guards?.some(guard => guard.approvedBy === 'olga')).toBe(true)
      await expectMoved(cloud, servers[host]!, host, wishes.spares)
    }
  }
)

async function approveUntilGone(service: World['service'], id: string): Promise<RecoveryView> {
  for (;;) {
    const view = await service.waitFor(
      id,
      'it to end, or to wait for an approval',
      one => hasEnded(one) || isHeldByStorm(one)
    )
    if (hasEnded(view)) return view
    const { version } = view
    await service.request('POST', `/v1/recoveries/${id}/approve`, { reason: 'both lost their power', version })
    // A word that came too late is answered 409, one that was taken is obeyed within a second.
    await service.waitFor(id, 'the word to be heard', one => one.version !== version)
  }
}

function isHeldByStorm(view: RecoveryView): boolean {
  return view.state === 'held' && ['hosts-down', 'storm', 'recoveries-per-hour'].includes(view.hold?.guard ?? '')
}
