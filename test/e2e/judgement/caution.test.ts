import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { hasEnded } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'
import { expectHeldBy, expectRecovered, expectSparesUntouched, guardOf, tell } from './held.ts'

scenario(
  'caution',
  'a host that dies before the hosts were watched for long enough waits for that; when it dies again it is in quarantine',
  { segment: failuresPerHost(1), more: { guards: { siteStartMinutes: 2 } } },
  async world => {
    const { lab, cloud, service } = world
    const first = await begin(world, 2)
    const held = await expectHeldBy(world, first.id, 'site-start', {
      releasedBy: 'world',
      reason: /watched/,
      inputs: { waitMinutes: 2 }
    })
    expect(held.fenceIntents).toEqual({})
    const { untilMs = 0 } = guardOf(held, 'site-start') ?? {}
    expect(untilMs).toBeGreaterThan(held.openedAtMs)
    const view = await expectRecovered(world, first.id, first.servers)
    expect(view.fenceIntents['compute-01']).toBeGreaterThanOrEqual(untilMs)

    await lab.start('compute-01')
    await until('compute-01 to be back in service', 180_000, async () => {
      await cloud.welcomeBack('compute-01')
      return (await cloud.services())['compute-01']?.state === 'up' && (await cloud.isSchedulable('compute-01'))
    })
    const left = view.plan?.targets.includes('compute-05') ? ['compute-06'] : ['compute-05']
    const evacuated = (await cloud.evacuations()).length
    const again = await begin(world, 2, async () => await lab.panic('compute-01'))
    const quarantine = await service.waitFor(
      again.id,
      'flapping to hold it',
      one => one.hold?.guard === 'flapping' || hasEnded(one)
    )
    expect(quarantine).toMatchObject({ fenceIntents: {}, proofs: {}, hold: { code: 'guard', releasedBy: 'person' } })
    expect(quarantine.hold?.reason).toMatch(/was recovered once .* quarantine/)
    expect(guardOf(quarantine, 'flapping')?.inputs).toEqual({ failures: 1, failuresMax: 1, windowHours: 24 })
    expect(await cloud.evacuations()).toHaveLength(evacuated)
    await expectSparesUntouched(cloud, left)

    await tell(world, again.id, 'approve', 'a new mainboard, and it was another fault')
    const ended = await expectRecovered(world, again.id, again.servers)
    expect(guardOf(ended, 'flapping')).toMatchObject({ holds: false, approvedBy: 'olga' })
    expect(ended.plan?.targets).toEqual(left)
  }
)

/** Nothing else stands in the way of the second failure. */
function failuresPerHost(count: number): Record<string, unknown> {
  return { limits: { recoveriesPerHour: 100, hostsDownPercent: 100, quietMinutes: 0, failuresPerHost: count } }
}
