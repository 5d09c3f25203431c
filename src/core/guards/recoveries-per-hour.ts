import type { Recovery } from '../recovery.ts'
import type { Domain } from './domain.ts'
import type { Figures, GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

/** A recovery that has begun to act. */
export interface Acted {
  readonly recovery: string
  readonly host: string
  readonly segment: string
  readonly actedAtMs: number
}

/** How many may begin to act within `windowMs`. */
export interface AdmissionLimits {
  readonly windowMs: number
  readonly segmentMax: number
  readonly cloudMax: number
  /** At most `max` of these hosts. */
  readonly domains?: readonly (Domain & { readonly max: number })[]
}

export interface FullWindow {
  readonly reason: string
  /** When there is room again, if nobody else takes it. */
  readonly untilMs: number
}

/** Which limit leaves no room for one more of the segment; `acted` are those of the window, the oldest first. */
export function fullWindow(segment: string, acted: readonly Acted[], limits: AdmissionLimits): FullWindow | undefined {
  const full = countsOf(segment, acted, limits).find(({ max, counted }) => counted.length >= max)
  if (full === undefined) return undefined
  const { max, of, counted } = full
  const names = counted.map(({ host }) => host).join(', ')
  return {
    reason: `${counted.length} of at most ${max} recoveries of ${of} have acted in the last ${Math.round(limits.windowMs / 60_000)} min (${names})`,
    // The oldest one that counts makes room when it leaves the window.
    untilMs: (counted.at(-max)?.actedAtMs ?? 0) + limits.windowMs
  }
}

/** The brake on what goes wrong again and again. One that has its place keeps it. */
export function recoveriesPerHourGuard(
  { id, segment }: Pick<Recovery, 'id' | 'segment'>,
  acted: readonly Acted[],
  limits: AdmissionLimits
): GuardReport {
  const guard = 'recoveries-per-hour'
  const counts = countsOf(segment, acted, limits)
  const worst = counts.slice(1, -1).toSorted((one, other) => other.counted.length - one.counted.length)[0]
  const inputs: Figures = {
    ...{ segment: counts[0]?.counted.length ?? 0, segmentMax: limits.segmentMax },
    ...{ cloud: counts.at(-1)?.counted.length ?? 0, cloudMax: limits.cloudMax },
    ...(worst === undefined ? {} : { domain: worst.counted.length, domainMax: worst.max, domainName: worst.of })
  }
  if (acted.some(({ recovery }) => recovery === id))
    return clear(guard, 'it has begun to act, and counts already', inputs)
  const full = fullWindow(segment, acted, limits)
  return full === undefined
    ? clear(guard, 'the limits of recoveries leave room', inputs)
    : closed(guard, full.reason, 'world', inputs, full.untilMs)
}

function countsOf(
  segment: string,
  acted: readonly Acted[],
  { segmentMax, cloudMax, domains = [] }: AdmissionLimits
): { max: number; of: string; counted: readonly Acted[] }[] {
  return [
    { max: segmentMax, of: `segment ${segment}`, counted: acted.filter(other => other.segment === segment) },
    ...domains.map(({ max, name, hosts }) => ({
      ...{ max, of: name },
      counted: acted.filter(other => hosts.includes(other.host))
    })),
    { max: cloudMax, of: 'the cloud', counted: acted }
  ]
}
