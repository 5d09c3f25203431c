import type { Host, HostsReading } from '../../core/inventory.ts'
import { findHost } from '../../core/inventory.ts'
import type { Complaints, Observation } from '../../core/observation.ts'
import { wordOfAlarm, wordOfNova, wordOfOthers } from '../../core/observation.ts'
import type { ReportsSeen } from '../../core/reports.ts'
import { noReports, reportsMoved, withReport } from '../../core/reports.ts'
import { membersOf, type Segment, type Settings } from '../../core/segment.ts'
import type { Evidence } from '../../core/verdict.ts'
import { judge } from '../../core/verdict.ts'
import type { NovaAnswer, Sources } from './ask-sources.ts'
import { askAlive, askNova, askPower, novaTimeoutOf } from './ask-sources.ts'

export interface EvidenceQuestion {
  readonly host: string
  readonly segment: Segment | undefined
  readonly confirm: Settings['confirm']
  /** What was told about the host. */
  readonly complaints?: Complaints
  /** What earlier looks of this run saw; what is seen now is noted. */
  readonly seen: Seen
}

/** What a run remembers from one look to the next. */
export interface Seen {
  reports: ReportsSeen
  /** When each sign of life was last heard, by our clock, ms. */
  readonly heard: Map<string, number>
  /** What the BMC said last: it is not asked at every look. */
  power?: Observation
}

export function createSeen(): Seen {
  return { reports: noReports, heard: new Map() }
}

export interface Gathered {
  readonly evidence: Evidence
  readonly reading: HostsReading | undefined
}

/** BMCs are slow, and some lose their mind when they are asked too often. */
const powerEveryMs = 6000

/** Asks every source side by side and weighs what they say. A source that can't be asked says `unknown`. */
export async function gather(world: Sources, question: EvidenceQuestion, signal?: AbortSignal): Promise<Gathered> {
  const { host: name, segment, confirm, complaints, seen } = question
  const { clock } = world
  const askedAtMs = clock.now()
  const timeoutMs = novaTimeoutOf(segment)
  const [nova, alive, power] = await Promise.all([
    askNova(world, timeoutMs, signal),
    askAlive(world, name, segment, signal),
    isFresh(seen.power, askedAtMs) ? seen.power : askPower(world, name, segment, signal)
  ])
  const reading = 'reading' in nova ? nova.reading : undefined
  const host = reading === undefined ? undefined : findHost(reading, name)
  seen.reports = withReport(seen.reports, host)
  if (power !== undefined) seen.power = power
  const nowMs = clock.now()
  const asked = { atMs: askedAtMs, timeoutMs }
  const observations: Observation[] = [
    { source: 'nova', way: 'nova', ...wordOfNova(viewOf(nova, host, seen.reports), confirm.downMs), ...asked },
    ...alive,
    ...(power === undefined ? [] : [power]),
    ...(complaints === undefined
      ? []
      : [{ source: 'signals', way: 'alarm', ...wordOfAlarm(complaints), atMs: askedAtMs } as const]),
    ...(reading === undefined
      ? []
      : [{ source: 'others', way: 'others', ...wordOfOthers(reading, name, namesOf(segment)), ...asked } as const])
  ]
  const answered = stillHeard(alive, seen.heard, nowMs, confirm.downMs)
  const verdict = judge({ observations, answered, sourcesMin: confirm.sourcesMin ?? 1 })
  return { evidence: { ...verdict, observations, atMs: nowMs }, reading }
}

function isFresh(power: Observation | undefined, nowMs: number): boolean {
  return power !== undefined && nowMs - power.atMs < powerEveryMs
}

function viewOf(nova: NovaAnswer, host: Host | undefined, reports: ReportsSeen): Parameters<typeof wordOfNova>[0] {
  return {
    host,
    atMs: 'reading' in nova ? nova.reading.atMs : 0,
    reportsSeen: reportsMoved(reports),
    ...('error' in nova ? { error: nova.error } : {})
  }
}

function namesOf(segment: Segment | undefined): Parameters<typeof wordOfOthers>[2] {
  return segment === undefined ? undefined : { name: segment.name, members: membersOf(segment) }
}

/** A sign of life that can't be asked now, and was heard a moment ago. One beside the network forbids no fence. */
function stillHeard(
  alive: readonly Observation[],
  heard: Map<string, number>,
  nowMs: number,
  downMs: number
): string | undefined {
  for (const { source, says } of alive) if (says === 'alive') heard.set(source, nowMs)
  return alive.find(
    ({ source, way, says }) => way === 'network' && says === 'unknown' && nowMs - (heard.get(source) ?? 0) < downMs
  )?.source
}
