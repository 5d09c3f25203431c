import type { HostsReading } from '../inventory.ts'
import { membersOf, type Segment } from '../segment.ts'
import type { Figures, GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'
import { looksDown } from './looks-down.ts'

/** Something that was seen again and again: since when, and when last. */
export interface Sighting {
  readonly sinceMs: number
  readonly seenAtMs: number
}

/** The sighting that somebody of us watches the hosts. */
export const watchKey = 'watch'

/** The sighting of a storm of the segment. */
export function stormKey(segment: string): string {
  return `storm:${segment}`
}

type Members = Pick<Segment, 'name' | 'hosts' | 'spares' | 'limits'>

/** More of the segment than allowed looks down. A single host always may. */
export function isStorm(reading: HostsReading, segment: Members): boolean {
  const { down, percent } = countDown(reading, segment)
  return down > 1 && percent > segment.limits.hostsDownPercent
}

/** The storm brake: none while more of the segment than allowed looks down. */
export function hostsDownGuard(reading: HostsReading, segment: Members): GuardReport {
  const { down, of, percent } = countDown(reading, segment)
  const percentMax = segment.limits.hostsDownPercent
  const inputs = { down, of, percent: Math.round(percent), percentMax }
  const figures = `${down} of ${of} hosts of ${segment.name} look down (${inputs.percent} %, at most ${percentMax} %)`
  return isStorm(reading, segment)
    ? closed('hosts-down', figures, 'world', inputs)
    : clear('hosts-down', figures, inputs)
}

function countDown(reading: HostsReading, segment: Members): { down: number; of: number; percent: number } {
  const names = membersOf(segment)
  const wanted = new Set(names)
  const of = reading.hosts.filter(host => wanted.has(host.name)).length
  const down = looksDown(reading, names).length
  return { down, of, percent: of === 0 ? 0 : (100 * down) / of }
}

/** After a storm the segment must have been quiet for a while: what is still starting looks dead. */
export function stormGuard(seen: Sighting | undefined, segment: Members, nowMs: number): GuardReport {
  const { quietMs } = segment.limits
  const quietMinutes = quietMs / 60_000
  if (seen === undefined) return clear('storm', `no storm of ${segment.name} is on record`, { quietMinutes })
  const untilMs = seen.seenAtMs + quietMs
  const inputs: Figures = { quietMinutes, stormSeenAtMs: seen.seenAtMs }
  const since = `the last storm of ${segment.name} was seen at ${timeOf(seen.seenAtMs)}`
  return nowMs < untilMs
    ? closed('storm', `${since}, and ${quietMinutes} min must be quiet`, 'world', inputs, untilMs)
    : clear('storm', since, inputs)
}

/**
 * After the site itself lost its power nothing is begun before enough hosts have been up for long enough: so long somebody of us
 * must have watched without a gap, and seen no storm. Closed when nobody has watched yet, or not for a minute.
 */
export function siteStartGuard(
  watch: Sighting | undefined,
  storm: Sighting | undefined,
  waitMs: number,
  nowMs: number
): GuardReport {
  const waitMinutes = waitMs / 60_000
  if (waitMs === 0) return clear('site-start', 'no wait after a power loss of the site is asked for', { waitMinutes })
  if (watch === undefined || nowMs - watch.seenAtMs > watchGapMs)
    return closed('site-start', 'the hosts have not been watched yet, so none is known to have been up', 'world', {
      waitMinutes
    })
  const steadySinceMs = Math.max(watch.sinceMs, storm?.seenAtMs ?? 0)
  const inputs = { waitMinutes, watchedSinceMs: watch.sinceMs, steadySinceMs }
  const untilMs = steadySinceMs + waitMs
  const since = `the hosts have been watched, and enough were up, since ${timeOf(steadySinceMs)}`
  return nowMs < untilMs
    ? closed('site-start', `${since}: it must be ${waitMinutes} min`, 'world', inputs, untilMs)
    : clear('site-start', since, inputs)
}

/** When nobody has looked at the hosts for so long, we have not watched: we, or Nova, were away. */
export const watchGapMs = 60_000

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
