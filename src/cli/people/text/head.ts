import type { RecoveryView } from '../../../schemas/recovery.d.ts'
import { line, rows, type Section } from '../layout.ts'
import { ago, clockTime, lasted, withClockTimes } from '../times.ts'
import { waysOut } from '../ways-out.ts'

/** What it is, and how it stands. */
export function standing(view: RecoveryView, nowMs: number): Section {
  const { segment, id, version, owner, closedAtMs } = view
  const whose = owner === undefined || closedAtMs !== undefined ? '' : `, driven by ${owner}`
  return {
    label: view.host,
    lines: [stateOf(view, nowMs), originOf(view, nowMs), `${segment}, recovery ${id}, version ${version}${whose}`].map(
      text => line(text)
    )
  }
}

/** Why it waits, or ended so. */
export function reasonOf({ hold, reason, cancelling }: RecoveryView, nowMs: number): Section {
  const text = hold?.reason ?? reason
  const cancelled =
    cancelling === undefined ? [] : [`${String(cancelling.by)} cancels it: what was sent is followed to its end`]
  return {
    label: 'why',
    lines: [...(text === undefined ? [] : [text]), ...cancelled].map(one => line(withClockTimes(one, nowMs)))
  }
}

/** What a person can do about it. */
export function whatNow(view: RecoveryView): Section {
  const found = waysOut(view)
  if (found === undefined) return { label: 'what now', lines: [] }
  const ways = found.ways.map(([command, what]) => [`  switchover ${command}`, what])
  return { label: 'what now', lines: [line(found.who), ...rows(ways)] }
}

function stateOf({ state, hold, sinceMs, closedAtMs }: RecoveryView, nowMs: number): string {
  if (closedAtMs !== undefined) return `${state} ${ago(closedAtMs, nowMs)} (${clockTime(closedAtMs, nowMs)} UTC)`
  const since = `for ${lasted(nowMs - sinceMs)} (since ${clockTime(sinceMs, nowMs)} UTC)`
  return hold === undefined ? `${state} ${since}` : `held ${since}, in ${hold.from}: ${hold.guard ?? hold.code}`
}

function originOf({ origin, signals, openedAtMs, continues }: RecoveryView, nowMs: number): string {
  const [first] = signals
  const by = { alarm: 'an alarm', manual: 'a person', target: 'another recovery, whose target it was' }[origin]
  const told =
    first === undefined ? '' : ` (${[first.alarm?.name, first.actor, first.reason].filter(one => one).join(', ')})`
  const more = signals.length > 1 ? `, ${signals.length} signals` : ''
  const after = continues === undefined ? '' : `, continues ${continues}`
  return `opened by ${by}${told} at ${clockTime(openedAtMs, nowMs)} UTC${more}${after}`
}
