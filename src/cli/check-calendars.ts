import { isOver, isWithin, type Window, wallTime } from '../core/rules/calendar.ts'
import type { RuleSettings } from '../core/rules/facts.ts'
import type { CheckLine } from '../openstack/connect.ts'

/** Each calendar: whether it is open now and by which clock, and whether it can ever open again. */
export function checkCalendars({ zone, calendars }: RuleSettings, nowMs: number): CheckLine[] {
  const wall = wallTime(nowMs, zone)
  return Object.entries(calendars).map(([name, windows]) => {
    const state = windows.some(window => isWithin(wall, window)) ? 'open' : 'closed'
    const now = `${state} now, ${wall.weekday} ${wall.date} ${wall.clock} by the clock of ${zone} (timezone)`
    const never = neverOpens(windows, wall)
    const line = { name: `calendar ${name}`, ok: true }
    return never === undefined ? { ...line, detail: now } : { ...line, warn: true, detail: `${now}; ${never}` }
  })
}

function neverOpens(windows: readonly Window[], wall: ReturnType<typeof wallTime>): string | undefined {
  if (windows.length === 0) return 'it has no window, so it never opens'
  return windows.every(window => isOver(wall, window)) ? 'all its dates are over, so it never opens again' : undefined
}
