import { expect } from '@jest/globals'
import { expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

scenario('n', 'an alarm that fires while the service is down is found by it, and set back', {}, async world => {
  const { lab, cloud, service } = world
  const servers = await lab.boot(3, { host: 'compute-01' })
  const alarm = await lab.alarm(service.alarmUrl('/v1/alarms/compute-01'), 'compute-01')
  await service.kill()
  await lab.panic('compute-01')
  await lab.emit('compute-01')
  await until('the alarm to fire', 120_000, async () => (await cloud.alarmState(alarm)) === 'alarm')
  await service.start()

  const { id } = await service.opened('compute-01')
  const view = await service.waitFor(id, 'the recovery to end', settled)
  expect(view.state).toBe('recovered')
  const found = (await service.signals('?limit=100')).filter(signal => signal.alarm?.id === alarm)
  expect(found).toMatchObject([{ source: 'aodh', actor: 'poll', host: 'compute-01' }])
  expect(await cloud.alarmState(alarm)).toBe('ok')
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
})
