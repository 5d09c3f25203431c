import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { stopped } from '../expectations.ts'
import { reload } from '../reloading.ts'
import { scenario } from '../scenario.ts'
import { usualSpares, type Wishes } from '../service-config.ts'
import { until } from '../until.ts'
import { expectNothingMoved, expectRecovered } from './held.ts'

const more = { limits: { recoveriesPerHour: 100 } }
const asking: Wishes = { segment: { approval: 'required' }, more }
const rule = { when: 'alarm.current == "alarm"' }
const wrong: Wishes = { more: { ...more, rules: [{ name: 'cut short', when: 'alarm.current ==', then: 'recover' }] } }
/** Of these only the approval is not frozen into the recovery that is open. */
const other: Wishes = {
  method: 'auto',
  perSpare: 1,
  more: { ...more, servers: [{ name: 'all stay', when: 'true', then: 'leave' }] }
}
const noting: Wishes = { ...other, more: { ...other.more, rules: [{ ...rule, name: 'only noted', then: 'note' }] } }

scenario(
  'reload',
  'a configuration is loaded in the middle of a recovery, which keeps what was frozen into it; the next alarm meets the new one',
  asking,
  async world => {
    const { lab, cloud, service } = world
    for (const spare of usualSpares) await lab.behaveHost(spare, { spawnSeconds: 10 })
    const others = await lab.boot(2, { host: 'compute-02', prefix: 'other' })
    const { id, servers } = await begin(world, 2)
    const held = await service.waitFor(id, 'the recovery to wait for a person', stopped)
    expect(held).toMatchObject({ state: 'held', hold: { code: 'approval' }, fenceIntents: {}, proofs: {} })

    const kept = await reload(service, wrong)
    expect(kept.failed?.mistakes.join()).toMatch(/rule "cut short"/)
    const { body } = await service.request('GET', '/health')
    expect(body).toMatchObject({ status: 'degraded' })
    expect((await service.request('GET', '/metrics')).body).toMatch(/^switchover_configuration_failed 1$/m)
    expect(service.log()).toContain('configuration not loaded: the old one stays')
    expect(await service.recovery(id)).toMatchObject({ state: 'held', hold: { code: 'approval' } })
    await expectNothingMoved(world, 'compute-01')

    expect(await reload(service, other)).not.toHaveProperty('failed')
    await service.waitFor(id, 'its servers to be moved', view => view.state === 'moving')
    const noted = await reload(service, noting)
    expect(noted).toMatchObject({ needsRestart: [] })
    expect(service.log()).toContain('open recoveries keep what was frozen into them')
    const view = await expectRecovered(world, id, servers)
    expect(view.settings).toEqual(held.settings)
    expect(view.settings).toMatchObject({ method: 'reserved_host' })
    expect(usualSpares).toEqual(expect.arrayContaining([...(view.plan?.targets ?? [])]))

    await lab.alarm(service.alarmUrl(), 'compute-02')
    const dryRun = { host: 'compute-02', reason: 'what would become of it', dryRun: true }
    const { body: plan } = await service.request('POST', '/v1/recoveries', dryRun)
    expect(plan).toMatchObject({ plan: { moves: [], staying: others.map(() => ({ because: expect.anything() })) } })
    const evacuated = await cloud.evacuations()
    await lab.panic('compute-02')
    const signal = await until('the alarm to be noted', 120_000, async () =>
      (await service.signals()).find(({ host, outcome }) => host === 'compute-02' && outcome === 'noted')
    )
    expect(signal.because).toContain('only noted')
    expect(await service.recoveries('?host=compute-02')).toEqual([])
    expect(await lab.bmcPower('compute-02', 'status')).toBe('On')
    expect(await cloud.evacuations()).toEqual(evacuated)
  }
)
