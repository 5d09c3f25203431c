import { expect } from '@jest/globals'
import { expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

const repeats = 10

scenario('f', 'an alarm that is repeated ten times, and again after the end, makes one recovery', {}, async world => {
  const { lab, cloud, service } = world
  const servers = await lab.boot(2, { host: 'compute-01' })
  await lab.alarm(service.alarmUrl(), 'compute-01', { repeat: true })
  await lab.panic('compute-01')
  for (let time = 0; time < repeats; time++) await lab.emit('compute-01')
  await atLeastSignals(repeats)

  const { id } = await service.opened('compute-01')
  const view = await service.waitFor(id, 'the recovery to end', settled)
  expect(view.state).toBe('recovered')

  const known = new Set((await service.signals('?limit=100')).map(signal => signal.id))
  await lab.emit('compute-01')
  await atLeastSignals(known.size + 1)
  const late = (await service.signals('?limit=100')).filter(signal => !known.has(signal.id))
  expect(late.map(({ outcome }) => outcome)).toEqual(late.map(() => 'noted'))
  const recoveries = await service.recoveries()
  expect(recoveries.map(recovery => recovery.id)).toEqual([id])
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])

  async function atLeastSignals(count: number): Promise<void> {
    await until(`${count} signals`, 120_000, async () => (await service.signals('?limit=100')).length >= count)
  }
})
