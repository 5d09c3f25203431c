import { expect } from '@jest/globals'
import { settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

scenario('g', 'the alarm of a healthy host is dismissed and nothing is touched', {}, async world => {
  const { lab, cloud, service } = world
  await lab.boot(2, { host: 'compute-01' })
  const alarm = await lab.alarm(service.alarmUrl(), 'compute-01')
  const before = await cloud.snapshot()
  await lab.emit('compute-01')

  const { id } = await service.opened('compute-01')
  const view = await service.waitFor(id, 'the recovery to end', settled)

  expect(view).toMatchObject({ state: 'dismissed', verdict: 'healthy', fenceIntents: {}, proofs: {} })
  expect(await cloud.snapshot()).toEqual(before)
  expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
  expect((await lab.guests()).filter(line => line.startsWith('compute-01') && line.endsWith('runs'))).toHaveLength(2)
  // An event alarm fires once only, unless it is set back: the next real failure must be heard.
  await until('the alarm to be re-armed', 60_000, async () => (await cloud.alarmState(alarm)) === 'ok')
})
