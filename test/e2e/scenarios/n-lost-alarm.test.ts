import { expect } from '@jest/globals'
import { expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

scenario('n', 'an alarm that fires while the service is down is found by it, and set back', {}, async world => {
  const { lab, cloud, service } = world
  const servers = await lab.boot(2, { host: 'compute-01' })
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

const alarmsOnly = { more: { poll: { seconds: 30, alarms: true, services: false } } }

scenario('n', 'an alarm that was heard once is found when it fires again unheard', alarmsOnly, async world => {
  const { lab, cloud, service } = world
  const servers = await lab.boot(1, { host: 'compute-01' })
  const alarm = await lab.alarm(service.alarmUrl('/v1/alarms/compute-01'), 'compute-01', { repeat: true })
  await lab.emit('compute-01')
  const { id: first } = await service.opened('compute-01')
  expect((await service.waitFor(first, 'the recovery to end', settled)).state).toBe('dismissed')
  await service.kill()
  await lab.panic('compute-01')
  // The cloud's own monitor sees it.
  await until('Aodh to write it down', 60_000, async () => (await cloud.firings(alarm)) === 2)
  await service.start()

  const view = await until('a recovery of its own', 60_000, async () => {
    const { id } = await service.opened('compute-01')
    return id === first ? undefined : await service.waitFor(id, 'the recovery to end', settled)
  })
  expect(view.state).toBe('recovered')
  const found = (await service.signals('?limit=100')).filter(signal => signal.alarm?.id === alarm)
  expect(found.map(({ actor }) => actor)).toContain('poll')
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
})
