import { expect } from '@jest/globals'
import { scenario } from '../scenario.ts'
import { secrets } from '../service-config.ts'

const wishes = { hosts: ['compute-01', 'compute-02', 'compute-03'] }
const alarm = {
  alarm_id: '6d2e9d0c-0a52-4b5c-9d0f-7f0f5ad1f5d0',
  alarm_name: 'test',
  current: 'alarm',
  previous: 'ok',
  severity: 'low',
  reason: 'test',
  reason_data: {}
}

scenario(
  'h',
  'what is no proper alarm is refused or stays unresolved, and the service goes on',
  wishes,
  async world => {
    const { lab, cloud, service } = world
    await lab.boot(1, { host: 'compute-01' })
    const before = await cloud.snapshot()

    await refused(401, '/v1/alarms/compute-01', alarm, '')
    await refused(401, '/v1/alarms/compute-01', alarm, 'wrong-secret')
    await refused(401, `/v1/alarms/compute-01?token=wrong`, alarm, '')
    await refused(403, '/v1/recoveries', { host: 'compute-01', reason: 'test' }, secrets.viewer)
    await refused(400, '/v1/alarms/compute-01', '{"alarm_id": "x", ')
    await refused(400, '/v1/alarms/compute-01', [alarm])
    await refused(400, '/v1/alarms/compute-01', { current: 'alarm' })
    await refused(400, '/v1/alarms/compute-01', { alarm_id: 'x' })
    await refused(413, '/v1/alarms/compute-01', { ...alarm, reason: 'x'.repeat(300_000) })
    await unresolved('/v1/alarms/compute-99')
    await unresolved('/v1/alarms/compute-04')

    expect(await service.recoveries()).toEqual([])
    const signals = await service.signals()
    expect(
      signals
        .map(({ host, outcome }) => ({ host, outcome }))
        .toSorted((a, b) => (a.host ?? '').localeCompare(b.host ?? ''))
    ).toEqual([
      { host: 'compute-04', outcome: 'unresolved' },
      { host: 'compute-99', outcome: 'unresolved' }
    ])
    expect((await service.request('GET', '/health/live', undefined, '')).status).toBe(200)
    expect(service.running()).toBe(true)
    expect(await cloud.snapshot()).toEqual(before)

    async function refused(status: number, path: string, body: unknown, token: string = secrets.alarms): Promise<void> {
      const answer = await service.request('POST', path, body, token)
      expect({ path, status: answer.status, type: answer.type.split(';')[0] }).toEqual({
        path,
        status,
        type: 'application/problem+json'
      })
      expect(JSON.stringify(answer.body)).not.toContain(secrets.alarms)
    }

    async function unresolved(path: string): Promise<void> {
      const answer = await service.request('POST', path, alarm, secrets.alarms)
      expect(answer).toMatchObject({ status: 202, body: { outcome: 'unresolved' } })
    }
  }
)
