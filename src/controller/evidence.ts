import type { Clock } from '../clock.ts'
import type { Host, HostsReading } from '../core/inventory.ts'
import { findHost } from '../core/inventory.ts'
import type { Segment } from '../core/segment.ts'
import type { Evidence, Observation } from '../core/verdict.ts'
import { judge } from '../core/verdict.ts'
import { messageOf } from '../errors.ts'
import { isWorldError } from './context.ts'
import type { Cloud, Probe } from './ports.ts'

export interface EvidenceQuestion {
  readonly host: string
  readonly segment: Segment | undefined
  readonly downMs: number
  /** The host's reports seen so far; the newest one is added. */
  readonly reports: ReportsSeen
  /** When each sign of life was last heard, by our clock, ms; what is heard now is noted. */
  readonly heard: Map<string, number>
}

/** Dates of a host's reports, by Nova's clock, since somebody last changed its service: that moves the date as well. */
export interface ReportsSeen {
  readonly dates: Set<number>
  /** What the service was set to at the last look. */
  setting?: string
}

export interface Gathered {
  readonly evidence: Evidence
  readonly reading: HostsReading | undefined
}

/** Asks every source side by side and weighs what they say. A source that can't be asked says `unknown`. */
export async function gather(
  world: { cloud: Cloud; probe: Probe; clock: Clock },
  question: EvidenceQuestion,
  signal?: AbortSignal
): Promise<Gathered> {
  const [nova, alive] = await Promise.all([
    readHosts(world.cloud, signal),
    askAlive(world, question.host, question.segment, signal)
  ])
  const reading = 'reading' in nova ? nova.reading : undefined
  const host = reading === undefined ? undefined : findHost(reading, question.host)
  if (host !== undefined) noteReport(question.reports, host)
  const nowMs = world.clock.now()
  for (const { source, says } of alive) if (says === 'alive') question.heard.set(source, nowMs)
  const unheard = alive.find(
    ({ source, says }) => says === 'unknown' && nowMs - (question.heard.get(source) ?? 0) < question.downMs
  )
  const verdict = judge({
    nova: {
      host,
      atMs: reading?.atMs ?? 0,
      reportsSeen: question.reports.dates.size - 1,
      ...('error' in nova ? { error: nova.error } : {})
    },
    alive,
    answered: unheard?.source,
    downMs: question.downMs
  })
  return { evidence: { ...verdict, atMs: nowMs }, reading }
}

function noteReport(seen: ReportsSeen, { status, forcedDown, disabledReason, reportedAtMs }: Host): void {
  if (reportedAtMs === undefined || status === 'unknown') return
  const setting = `${status} ${forcedDown} ${disabledReason ?? ''}`
  if (seen.setting !== setting) seen.dates.clear()
  seen.setting = setting
  seen.dates.add(reportedAtMs)
}

async function readHosts(cloud: Cloud, signal?: AbortSignal): Promise<{ reading: HostsReading } | { error: string }> {
  try {
    return { reading: await cloud.hosts(signal) }
  } catch (error) {
    if (!isWorldError(error)) throw error
    return { error: error.message }
  }
}

/** Every configured sign of life of the host, side by side. */
export async function askAlive(
  world: { cloud: Cloud; probe: Probe },
  host: string,
  segment: Segment | undefined,
  signal?: AbortSignal
): Promise<Observation[]> {
  const sources = segment?.alive ?? []
  const needsAddress = sources.some(source => source.hosts[host] === undefined)
  const address = needsAddress ? await addressOf(world.cloud, host, signal) : undefined
  return await Promise.all(
    sources.map(async source => {
      const answer = await world.probe.ask(source, host, address, signal)
      return { source: `${source.kind}:${source.port}`, ...answer }
    })
  )
}

async function addressOf(cloud: Cloud, host: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return (await cloud.addresses(signal))[host]
  } catch (error) {
    if (!isWorldError(error)) throw new Error(`address of ${host}: ${messageOf(error)}`, { cause: error })
    return undefined
  }
}
