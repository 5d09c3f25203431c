import { holdBeside, holdOf } from '../../core/guards/hold-of.ts'
import { hopelessness } from '../../core/ladder.ts'
import { openRecovery } from '../../core/open.ts'
import type { Segment } from '../../core/segment.ts'
import { createSeen, gather } from '../judgement/evidence.ts'
import { guardsFor } from '../judgement/guards-for.ts'
import type { Ports } from '../ports/ports.ts'
import type { DryRun } from '../service/service.ts'
import { drawPlan } from './planning.ts'
import { noTarget } from './targets.ts'

/**
 * What would happen if the host died now. Reads only: nothing is reserved, nothing is stored. `against`: what is known of an
 * agent that would bring no proof of a host. Throws CloudError.
 */
export async function dryRun(
  ports: Ports,
  host: string,
  segment: Segment,
  against: (agent: string, host: string) => string | undefined = () => undefined
): Promise<DryRun> {
  const recovery = openRecovery('dry-run', host, segment, 'manual', ports.clock.now())
  const [{ evidence }, drawn] = await Promise.all([
    gather(ports, { host, segment, confirm: segment.settings.confirm, seen: createSeen() }),
    drawPlan(ports, recovery, segment, [])
  ])
  const guards = await guardsFor({ ports, recovery }, segment, drawn)
  const { plan } = drawn
  const isRoom = plan.staying.every(stay => stay.because !== 'room')
  const hold = isRoom ? holdOf(guards) : holdBeside(noTarget(drawn), guards)
  const moves = `${plan.moves.length} of ${drawn.listed.length} servers would move to ${plan.targets.join(', ') || 'no target'} in about ${plan.estimatedSeconds} s`
  const unproven = hopelessness(segment.fencing, agent => against(agent, host))
  const holds = [
    ...(hold === undefined ? [] : [hold.reason]),
    ...(unproven === undefined ? [] : [`not-fenced: by the last rehearsal nothing can prove it off (${unproven})`])
  ]
  return {
    host,
    segment: segment.name,
    evidence,
    guards,
    plan,
    summary: [moves, ...holds.map(reason => `it would be held: ${reason}`)].join('; ')
  }
}
