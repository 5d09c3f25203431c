import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { stopped, waitUntilDown } from '../expectations.ts'
import { scenario } from '../scenario.ts'

scenario(
  'i',
  'a host that lost only its nova-compute is neither fenced nor emptied, and this is said',
  {},
  async world => {
    const { lab, cloud, service } = world
    await lab.boot(2, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.kill('compute-01')
    await waitUntilDown(cloud, 'compute-01')
    const before = await cloud.snapshot()

    const { id } = await service.opened('compute-01')
    const held = await service.waitFor(id, 'the recovery to be held', stopped)
    expect(held).toMatchObject({ state: 'held', verdict: 'compute-down', hold: { code: 'compute-down' } })
    expect(held.hold?.reason).toMatch(/ssh/i)

    await delay(15_000)
    const view = await service.recovery(id)
    expect(view).toMatchObject({ state: 'held', verdict: 'compute-down', fenceIntents: {}, proofs: {} })
    expect(await cloud.snapshot()).toEqual(before)
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
    expect((await lab.guests()).filter(line => line.startsWith('compute-01') && line.endsWith('runs'))).toHaveLength(2)
  }
)
