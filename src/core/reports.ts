import type { Host } from './inventory.ts'
import { isUp } from './inventory.ts'
import type { Evidence } from './verdict.ts'

/** nova-compute reports each 10 s unless the site says otherwise: after a younger report none is missing. */
export const reportMs = 12_000

/** Dates of a host's reports, by Nova's clock, since somebody last changed its service: that moves the date as well. */
export interface ReportsSeen {
  readonly dates: ReadonlySet<number>
  /** What the service was set to at the last look. */
  readonly setting?: string
}

export const noReports: ReportsSeen = { dates: new Set() }

/** What was seen of a host's reports, with one more look at it. */
export function withReport(seen: ReportsSeen, host: Host | undefined): ReportsSeen {
  if (host?.reportedAtMs === undefined || host.status === 'unknown') return seen
  const setting = `${host.status} ${host.forcedDown} ${host.disabledReason ?? ''}`
  const before = seen.setting === setting ? seen.dates : []
  return { dates: new Set([...before, host.reportedAtMs]), setting }
}

/** How often the report has moved on since the first look. */
export function reportsMoved({ dates }: ReportsSeen): number {
  return dates.size - 1
}

/** A report came that may be the first of many: nothing may leave the host until the next one would have come. */
export function mayReport(movedAtMs: number | undefined, nowMs: number): boolean {
  return movedAtMs !== undefined && nowMs - movedAtMs < reportMs
}

/**
 * What Nova says of a host on whose death the plan rests. `back`: it was down, and is up. One that its BMC alone called off
 * is still up in Nova: only a report that came since makes a difference, and may be a change of the service by anybody.
 */
export function returnOf(
  host: Host | undefined,
  evidence: Evidence | undefined,
  atMs: number,
  downMs: number
): 'gone' | 'back' | 'reported' {
  if (host === undefined || !isUp(host)) return 'gone'
  const nova = evidence?.observations.find(({ way }) => way === 'nova')
  if (nova?.says !== 'silent') return 'back'
  return atMs - (host.reportedAtMs ?? 0) < Math.max(downMs, reportMs) ? 'reported' : 'gone'
}
