import { findHost, isUp } from '../../core/inventory.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import type { Evidence } from '../../core/verdict.ts'
import type { Context } from '../context.ts'
import { gather } from '../evidence.ts'

const lookEveryMs = 2000

/** Gathers evidence until there is a verdict, or the time for it is over. */
export async function confirm(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { clock } = ctx.ports
  const untilMs = ctx.recovery.sinceMs + ctx.recovery.settings.confirm.timeoutMs
  for (;;) {
    const event = await confirmOnce(ctx)
    if (
      event !== undefined &&
      (event.type !== 'stopped' || event.hold.code !== 'unconfirmed' || clock.now() >= untilMs)
    )
      return event
    await ctx.wait(lookEveryMs)
    if (ctx.interrupted()) return 'interrupted'
  }
}

/** One look. `stopped` with the code `unconfirmed` means that there is no verdict yet. */
export async function confirmOnce(
  ctx: Context
): Promise<
  RecoveryEvent & { readonly type: 'confirmedDead' | 'foundHealthy' | 'stopped'; readonly evidence: Evidence }
> {
  const { ports, recovery } = ctx
  const signals = await ports.store.signalCounts(recovery.id)
  // A report from before the newest word against it says nothing: life has to show itself again.
  if (signals.all > (ctx.memory.signalsSeen ?? 0)) ctx.memory.reports.dates.clear()
  ctx.memory.signalsSeen = signals.all
  const { evidence, reading } = await gather(
    ports,
    {
      host: recovery.host,
      segment: ports.policy.segment(recovery.segment),
      downMs: recovery.settings.confirm.downMs,
      reports: ctx.memory.reports,
      heard: ctx.memory.heard
    },
    ctx.signal
  )
  const host = reading === undefined ? undefined : findHost(reading, recovery.host)
  // Rule 2: only if every joined signal is cleared. Nova calls a host up for a minute after its last report, so one that
  // came since we look is asked for: an `ok` may have been overtaken by the alarm that it seems to clear.
  const isCleared = signals.all > 0 && signals.uncleared === 0
  if (isCleared && host !== undefined && isUp(host) && ctx.memory.reports.dates.size > 2) {
    return { type: 'foundHealthy', evidence, because: 'every alarm for it went back to ok, and Nova sees it report' }
  }
  switch (evidence.verdict) {
    case 'dead':
      return { type: 'confirmedDead', evidence }
    case 'healthy':
      return { type: 'foundHealthy', evidence, because: `the host is healthy: ${evidence.because}` }
    case 'compute-down':
      return {
        type: 'stopped',
        evidence,
        hold: {
          code: 'compute-down',
          reason: `${evidence.because}. Its servers run: nothing is fenced and nothing is moved; restart nova-compute`,
          releasedBy: 'world'
        }
      }
    default:
      return {
        type: 'stopped',
        evidence,
        hold: { code: 'unconfirmed', reason: `no verdict: ${evidence.because}`, releasedBy: 'world' }
      }
  }
}
