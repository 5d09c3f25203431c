import type { Hold, Recovery, TargetUse } from '../../core/recovery.ts'
import type { Segment } from '../../core/segment.ts'
import type { Context } from '../recovery/context.ts'
import type { Drawn } from './planning.ts'

/** Reserves every target of the plan; undefined when another recovery was faster. */
export async function reserveAll(
  ctx: Context,
  drawn: Drawn,
  segment: Segment
): Promise<Recovery['targets'] | undefined> {
  const targets: Record<string, TargetUse> = { ...ctx.recovery.targets }
  for (const host of drawn.plan.targets) {
    if (!(await ctx.ports.store.reserveTarget(ctx.lease, host))) return undefined
    targets[host] ??= { state: 'reserved', isSpare: segment.spares.includes(host) }
  }
  return targets
}

/** The hold of a plan without room for all, with each host that was refused and why. */
export function noTarget(drawn: Drawn): Hold {
  const room = drawn.plan.staying.filter(stay => stay.because === 'room')
  const refused = Object.entries(drawn.plan.refused).map(([name, reason]) => `${name} ${reason}`)
  const servers = room.length === 1 ? `server ${room[0]?.name}` : `${room.length} servers`
  return {
    code: 'no-target',
    releasedBy: 'world',
    reason: `no target for ${servers}: ${[...refused, ...(refused.length === 0 ? [room[0]?.reason ?? 'the segment has no spare'] : [])].join('; ')}`
  }
}
