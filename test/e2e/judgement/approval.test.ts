import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, hasEnded, stopped } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import type { RecoveryView } from '../views.ts'

scenario(
  'approval',
  'a plan waits for the approval of a person, which expires and counts again when it is renewed',
  { segment: { approval: 'required' }, more: { limits: { recoveriesPerHour: 100, approvalMinutes: 1 } } },
  async world => {
    const { lab, cloud, service } = world
    // So that the approval can't be used up.
    await lab.behaveBmc('compute-01', { wrongPassword: true })
    const { id, servers } = await begin(world, 3)
    const first = await service.waitFor(id, 'the recovery to wait for a person', stopped)
    expect(first).toMatchObject({ hold: { code: 'approval', releasedBy: 'person' }, fenceIntents: {}, proofs: {} })
    const shown = await service.cli('show', 'compute-01')
    expect(shown).toMatch(/what now +It waits for a person:\n +switchover approve compute-01 --reason … /)
    expect(shown).toMatch(/guards +HOLDS +approval /)

    await say('approve', 'it may go')
    await service.waitFor(id, 'the power-off to be refused', view => isHeldFor(view, 'not-fenced'))
    await delay(65_000)
    await lab.behaveBmc('compute-01')
    await say('retry', 'the password is mended')

    const again = await service.waitFor(id, 'the approval to be asked for anew', view => isHeldFor(view, 'approval'))
    expect(again.hold).toMatchObject({ releasedBy: 'person', reason: expect.stringMatching(/expired/) })
    expect(again.proofs).toEqual({})
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
    expect(await cloud.evacuations()).toEqual([])

    await say('approve', 'now')
    const view = await service.waitFor(id, 'the recovery to end', hasEnded)
    expect(view.state).toBe('recovered')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')

    /** As a person says it: the command waits until the word is obeyed, and fails if it is refused. */
    async function say(word: 'approve' | 'retry', reason: string): Promise<void> {
      const sure = word === 'approve' ? ['--yes'] : []
      expect(await service.cli(word, 'compute-01', '--reason', reason, ...sure)).toContain(`: ${reason}\n`)
    }
  }
)

function isHeldFor({ hold }: RecoveryView, code: string): boolean {
  return hold?.code === code
}
