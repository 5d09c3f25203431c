import type { Host } from '../../../core/inventory.ts'
import type { Context } from '../../recovery/context.ts'

/**
 * Any proof ends with a sign of life, and no BMC can lie about this one: reports that move on by themselves since the host
 * was isolated, when it was silent. One move may be a change of the service by anybody. A sentence when it lives.
 */
export function reportsMoveOn(ctx: Context, host: Host | undefined): string | undefined {
  if (host?.reportedAtMs === undefined) return undefined
  const { lateReports } = ctx.memory
  // What came before this run looked counts too: its proof may have been read when it reported already.
  if (lateReports.size === 0) lateReports.add(ctx.recovery.isolation?.reportedAtMs ?? host.reportedAtMs)
  if (!lateReports.has(host.reportedAtMs)) {
    lateReports.add(host.reportedAtMs)
    ctx.memory.reportMovedAtMs = ctx.ports.clock.now()
  }
  return lateReports.size > 2 ? `nova-compute of ${host.name} reports again, so it is not off` : undefined
}

/** Once the host is taken to be off anew, what it reported before says nothing. */
export function forgetReports({ memory }: Context): void {
  memory.lateReports.clear()
  delete memory.reportMovedAtMs
}
