import { holdFor } from '../../core/guards/hold-of.ts'
import type { Hold } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import type { Segment } from '../../core/segment.ts'
import { isCounted } from '../judgement/check-guards.ts'
import { guardsFor } from '../judgement/guards-for.ts'
import { askAdmission } from '../planning/admission.ts'
import type { Drawn } from '../planning/planning.ts'
import type { Context } from '../recovery/context.ts'
import { withAdmission } from './plan.ts'

/** A full window of recoveries opens by time, or by a person's word; asking for admission is the only way to know. */
export async function admissible(
  ctx: Context,
  held: Hold,
  segment: Segment,
  drawn: Drawn
): Promise<RecoveryEvent | undefined> {
  if (held.code === 'observing') {
    const { actor, reason } = await ctx.ports.store.arming()
    return { type: 'released', because: actor === undefined ? 'it is armed' : `${actor} armed it: ${reason ?? ''}` }
  }
  const because = 'what held it is gone'
  if (held.code !== 'guard' || !isCounted(ctx.recovery)) return { type: 'released', because }
  const admission = await askAdmission(ctx, segment, drawn)
  if (!admission.holds)
    return { type: 'released', because: held.guard === admission.guard ? admission.reason : because }
  const hold = holdFor(admission)
  if (hold.reason === held.reason) return undefined
  const guards = withAdmission(await guardsFor(ctx, segment, drawn), admission)
  return { type: 'stopped', hold, guards, plan: drawn.plan }
}
