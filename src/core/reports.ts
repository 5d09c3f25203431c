import type { Host } from './inventory.ts'

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
