import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { settled } from '../expectations.ts'
import { expectGapless } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'
import type { RecoveryView } from '../views.ts'
import { expectRecovered, say } from './laws.ts'

/** One service of the cloud is restarted when a third of the servers has arrived, and again when two thirds have. */
export function restartDuring(service: string): void {
  scenario(
    `restart-${service}`,
    `${service} is restarted twice during a recovery`,
    { perSpare: 4, moveTimeoutSeconds: 180 },
    async world => {
      const { cloud, lab } = world
      const { id, servers } = await begin(world, 12)
      for (const part of [1 / 3, 2 / 3]) {
        await until('some servers to arrive', 600_000, async () => {
          const done = (await cloud.evacuations()).filter(({ status }) => status === 'done')
          return done.length >= servers.length * part
        })
        await lab.restart(service)
      }
      // Nova may have lost a message in the middle of a move, and nobody can tell where its server is: that is held, and told. A hold
      // because a target seemed dead for a while passes, so one counts that waits for a person, or lasts longer than any move may.
      const lasts = lastingHold('target', 300_000)
      const isTold = (view: RecoveryView) => settled(view) || lasts(view)
      const view = await world.service.waitFor(id, 'the recovery to end or to stay held', isTold, 1_200_000)
      say(`(restart-${service}) ${view.state} ${view.hold?.code ?? ''} ${view.hold?.reason ?? ''}`)
      if (view.state === 'recovered') return await expectRecovered(world, id, servers)
      expectGapless(view)
      expect(view.hold).toMatchObject({ code: 'target' })
    }
  )
}

/** True once it has been held by that code, and for the same reason, for so long. */
function lastingHold(code: string, limitMs: number): (view: RecoveryView) => boolean {
  let reason: string | undefined
  let sinceMs = 0
  return ({ hold }) => {
    if (hold?.code !== code) reason = undefined
    else if (hold.reason !== reason) {
      reason = hold.reason
      sinceMs = Date.now()
    }
    return reason !== undefined && Date.now() - sinceMs > limitMs
  }
}
