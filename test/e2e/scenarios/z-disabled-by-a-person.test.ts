import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { expectMoved, hasEnded, stopped } from '../expectations.ts'
import { scenario } from '../scenario.ts'

const words = 'looks dead, somebody is on the way'

scenario(
  'z',
  'a host that a person disables when it has just died is not taken for healthy: it is held, and goes on when they enable it',
  {},
  async world => {
    const { lab, cloud, service } = world
    const servers = await lab.boot(3, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const { id } = await service.opened('compute-01')
    // Each change moves the date by which Nova tells how old a report is.
    await lab.reserve('compute-01', 'first thought')
    await lab.unreserve('compute-01')
    await lab.reserve('compute-01', words)

    const held = await service.waitFor(id, 'the recovery to be held', stopped)
    say(`${held.state} ${held.hold?.code ?? ''}: ${held.hold?.reason ?? held.reason ?? ''}`)
    expect(held).toMatchObject({ state: 'held', verdict: 'dead', hold: { code: 'maintenance', releasedBy: 'person' } })
    expect(held.hold?.reason).toContain(words)
    await delay(15_000)
    expect(await service.recovery(id)).toMatchObject({ state: 'held', fenceIntents: {}, proofs: {} })
    expect(await cloud.evacuations()).toEqual([])
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')

    await lab.unreserve('compute-01')
    const { version } = await service.recovery(id)
    const retry = await service.request('POST', `/v1/recoveries/${id}/retry`, { reason: 'nobody works at it', version })
    expect(retry.status).toBe(202)
    const view = await service.waitFor(id, 'the recovery to end', hasEnded)
    expect(view.state).toBe('recovered')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  }
)

function say(text: string): void {
  process.stdout.write(`(z) ${text}\n`)
}
