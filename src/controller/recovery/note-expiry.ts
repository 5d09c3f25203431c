import { fenceBegun } from '../../core/holding.ts'
import type { Context } from './context.ts'
import { note, record } from './context.ts'

/** The timeline says when an approval is over on which nothing was begun; until then `leftMs` is what is left of it. */
export async function noteExpiry(ctx: Context): Promise<{ readonly leftMs: number }> {
  const { recovery, ports } = ctx
  const { approval } = recovery
  if (approval === undefined || approval.expired === true || fenceBegun(recovery))
    return { leftMs: Number.POSITIVE_INFINITY }
  const leftMs = approval.untilMs - ports.clock.now()
  if (leftMs > 0) return { leftMs }
  await record(ctx, {
    recovery: { ...recovery, approval: { ...approval, expired: true } },
    events: [note('guard', `the approval of ${approval.by} has expired, and nothing was begun on it`)]
  })
  return { leftMs: Number.POSITIVE_INFINITY }
}
