import { findHost, isUp } from '../../core/inventory.ts'
import type { Hold } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { remedyOf } from '../../core/remedy.ts'
import { noReports } from '../../core/reports.ts'
import type { Settings } from '../../core/segment.ts'
import { isWaived } from '../../core/segment.ts'
import type { Evidence } from '../../core/verdict.ts'
import { weigh } from '../../core/verdict.ts'
import { gather } from '../judgement/evidence.ts'
import type { Context } from '../recovery/context.ts'

const lookEveryMs = 2000

const looksOn = 'It looks on, and goes on by itself when there is one'

/** What is frozen into it can't be changed, so a retry would not help. */
const tooFew =
  'It goes on by itself when enough do: mend what tells nothing, or power the host off if its BMC is one of them. It keeps the sourcesMin that it began with: for another one change it, cancel, and trigger anew'

/** Gathers evidence until there is a verdict to act on, or the time for it is over. */
export async function confirm(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { clock } = ctx.ports
  const untilMs = ctx.recovery.sinceMs + ctx.recovery.settings.confirm.timeoutMs
  for (;;) {
    const event = await confirmOnce(ctx)
    if (event.type !== 'stopped' || remedyFor(ctx, event.evidence) !== 'wait' || clock.now() >= untilMs) return event
    await ctx.wait(lookEveryMs)
    if (ctx.interrupted()) return 'interrupted'
  }
}

/** What one look leads to: `confirmedDead` when it may be fenced, `stopped` when not, though it may be on the next look. */
export type Finding = RecoveryEvent & {
  readonly type: 'confirmedDead' | 'foundHealthy' | 'stopped'
  readonly evidence: Evidence
}

/** One look. `stopped` with the code `unconfirmed` means that there is no verdict yet. */
export async function confirmOnce(ctx: Context): Promise<Finding> {
  const { ports, recovery, memory } = ctx
  const signals = await ports.store.signalCounts(recovery.id)
  // A report from before the newest word against it says nothing: life has to show itself again.
  if (signals.all > (memory.signalsSeen ?? 0)) memory.seen.reports = noReports
  memory.signalsSeen = signals.all
  const { evidence, reading } = await gather(
    ports,
    {
      host: recovery.host,
      segment: ports.policy.segment(recovery.segment),
      confirm: recovery.settings.confirm,
      complaints: signals,
      seen: memory.seen
    },
    ctx.signal
  )
  const host = reading === undefined ? undefined : findHost(reading, recovery.host)
  // Rule 2: only if every joined signal is cleared. Nova calls a host up for a minute after its last report, so one that
  // came since we look is asked for: an `ok` may have been overtaken by the alarm that it seems to clear.
  const isCleared = signals.all > 0 && signals.uncleared === 0
  if (isCleared && host !== undefined && isUp(host) && memory.seen.reports.dates.size > 2) {
    return { type: 'foundHealthy', evidence, because: 'every alarm for it went back to ok, and Nova sees it report' }
  }
  switch (remedyFor(ctx, evidence)) {
    case 'fence':
      return { type: 'confirmedDead', evidence }
    case 'dismiss':
      return { type: 'foundHealthy', evidence, because: `the host is ${evidence.verdict}: ${evidence.because}` }
    default:
      return { type: 'stopped', evidence, hold: holdFor(evidence, recovery.settings.confirm) }
  }
}

function remedyFor({ ports, recovery }: Context, { verdict }: Evidence): ReturnType<typeof remedyOf> {
  return remedyOf(verdict, recovery.settings.confirm, !isWaived(ports.policy.segment(recovery.segment)))
}

function holdFor({ verdict, because, observations }: Evidence, { sourcesMin = 1 }: Settings['confirm']): Hold {
  switch (verdict) {
    case 'compute-down':
      return {
        code: 'compute-down',
        reason: `${because}. Its servers run: nothing is fenced and nothing is moved; restart nova-compute`,
        releasedBy: 'world'
      }
    case 'degraded':
      return {
        code: 'degraded',
        reason: `${because}. The host is up, so nothing is fenced and nothing is moved: look at what is silent; when it answers again, or the alarm goes back to ok, the recovery is dismissed`,
        releasedBy: 'world'
      }
    case 'isolated':
      return {
        code: 'not-fenced',
        reason: `${because}. No fencing is configured that could end that: power it off, then vouch for it`,
        releasedBy: 'person'
      }
    default:
      return {
        code: 'unconfirmed',
        reason: `no verdict: ${because}. ${weigh({ observations, sourcesMin }).enough === 'yes' ? looksOn : tooFew}`,
        releasedBy: 'world'
      }
  }
}
