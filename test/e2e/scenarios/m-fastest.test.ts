import { expect } from '@jest/globals'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'

const others = ['compute-02', 'compute-03', 'compute-04']

scenario(
  'm',
  'without spares, the servers are spread over the enabled hosts of the segment, which stay as they were',
  { method: 'auto', spares: [], spread: 'fastest' },
  async world => {
    const { lab, cloud, service } = world
    const servers = await lab.boot(3, { host: 'compute-01', network: 'private' })
    const before = await cloud.services()
    await lab.panic('compute-01')
    await service.request('POST', '/v1/recoveries', { host: 'compute-01', reason: 'its rack is on fire' })

    const opened = await service.opened('compute-01')
    const view = await service.waitFor(opened.id, 'the recovery to end', settled)

    expect(view.state).toBe('recovered')
    expect(view.plan?.targets.length).toBeGreaterThan(1)
    expect(others).toEqual(expect.arrayContaining([...(view.plan?.targets ?? [])]))
    await expectMoved(cloud, servers, 'compute-01', others)
    await expectIsolated(cloud, 'compute-01')
    const after = await cloud.services()
    for (const host of others) {
      const { status, disabled_reason: reason } = after[host] ?? {}
      expect({ host, status, reason }).toEqual({
        host,
        status: before[host]?.status,
        reason: before[host]?.disabled_reason
      })
    }
  }
)
