import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

const open = [{ from: '2020-01-01', to: '2999-12-31' }]
const over = [{ from: '2020-01-01', to: '2020-02-01' }]
const inTheFreeze = { name: 'dead host during a freeze', when: 'alarm.current == "alarm" && calendar.freeze' }
const otherwise = { name: 'dead host', when: 'alarm.current == "alarm"', then: 'recover' }
const asks = [{ ...inTheFreeze, then: 'recover', approval: 'required' }, otherwise]

scenario(
  'freeze',
  'during a freeze a dead host waits for an approval, and then it is recovered',
  { more: { limits: { recoveriesPerHour: 100 }, calendars: { freeze: open }, rules: asks } },
  async world => {
    const { lab, cloud, service } = world
    const { id, servers } = await begin(world, 3)
    const held = await service.waitFor(id, 'the recovery to wait for a person', settled)
    expect(held).toMatchObject({
      state: 'held',
      verdict: 'dead',
      hold: { code: 'approval' },
      decision: { rule: inTheFreeze.name },
      fenceIntents: {},
      proofs: {}
    })
    expect(await cloud.evacuations()).toEqual([])
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')

    const { version } = await service.recovery(id)
    const words = { reason: 'the freeze may wait', version }
    expect((await service.request('POST', `/v1/recoveries/${id}/approve`, words)).status).toBe(202)
    const view = await service.waitFor(id, 'the recovery to end', one => one.version !== version && settled(one))
    expect(view.state).toBe('recovered')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')
  }
)

scenario(
  'freeze',
  'once the freeze is over, nobody is asked',
  { more: { limits: { recoveriesPerHour: 100 }, calendars: { freeze: over }, rules: asks } },
  async world => {
    const { cloud, service } = world
    const { id, servers } = await begin(world, 3)
    const view = await service.waitFor(id, 'the recovery to end', settled)
    expect(view).toMatchObject({ state: 'recovered', decision: { rule: otherwise.name } })
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  }
)

scenario(
  'freeze',
  'a freeze in which alarms are only noted: the host stays dead, and nothing is touched',
  {
    more: {
      limits: { recoveriesPerHour: 100 },
      calendars: { freeze: open },
      rules: [{ ...inTheFreeze, then: 'note' }, otherwise]
    }
  },
  async world => {
    const { lab, cloud, service } = world
    await lab.boot(3, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')

    const signal = await until('the alarm to be noted', 120_000, async () =>
      (await service.signals()).find(({ host, outcome }) => host === 'compute-01' && outcome === 'noted')
    )
    expect(signal.because).toContain(inTheFreeze.name)
    expect(await service.recoveries()).toEqual([])
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
    expect(await cloud.evacuations()).toEqual([])
  }
)
