import { findHost, type HostsReading } from '../../core/inventory.ts'
import { stepsOf } from '../../core/ladder.ts'
import { noReports, reportsMoved, withReport } from '../../core/reports.ts'
import { membersOf, type Segment } from '../../core/segment.ts'
import { inParallel } from '../../in-parallel.ts'
import type { Cloud, Fencing } from '../ports/ports.ts'
import { isWorldError } from '../recovery/context.ts'
import type { Sources } from './ask-sources.ts'

/** These agents together say that the host is off: one that speaks of the whole machine, or those of all its feeds. */
export interface OffClaim {
  readonly host: string
  readonly agents: readonly string[]
}

const atOnce = 16
const lookEveryMs = 5000
/** Two reports come within it, also where they are rarer than usual. */
const looksForMs = 60_000
/** A host whose last report is older does not report now. */
const freshMs = 60_000

/** Why nobody may believe it: what `check` and a rehearsal say of such an agent. */
export const falseOffSentence =
  'it says off while nova-compute of the host goes on reporting: it is the power of another machine, or it does not tell the truth'

/** Agents whose word together means that a host of the segment is off: in the fence, or as evidence of its death. */
export function speakersOf({ fencing, power }: Pick<Segment, 'fencing' | 'power'>): readonly (readonly string[])[] {
  return [...stepsOf(fencing).map(({ agents }) => agents), ...(power === undefined ? [] : [[power.agent]])]
}

/** Who of the segment is said to be off. One feed of several may be, while the machine is on. */
export function claimsOf(segment: Segment, saysOff: (agent: string, host: string) => boolean): OffClaim[] {
  return membersOf(segment).flatMap(host =>
    speakersOf(segment)
      .filter(agents => agents.every(agent => saysOff(agent, host)))
      .map(agents => ({ host, agents }))
  )
}

/**
 * Those claims that are false: since they were heard the host has reported to Nova twice (one report may have been on its way),
 * and its agents say off still. Takes up to a minute if one of the hosts reported lately, else no time. Throws CloudError.
 */
export async function falseOffs(
  world: Pick<Sources, 'clock'> & { readonly cloud: Pick<Cloud, 'hosts'>; readonly fencing: Pick<Fencing, 'read'> },
  claims: readonly OffClaim[],
  signal?: AbortSignal
): Promise<OffClaim[]> {
  if (claims.length === 0) return []
  const reporting = await reportingHosts(world, [...new Set(claims.map(({ host }) => host))], signal)
  const alive = claims.filter(({ host }) => reporting.has(host))
  const still = await inParallel(alive, atOnce, async claim => await isStillOff(world.fencing, claim, signal))
  return alive.filter((_, index) => still[index] === true)
}

async function reportingHosts(
  { cloud, clock }: Pick<Sources, 'clock'> & { readonly cloud: Pick<Cloud, 'hosts'> },
  names: readonly string[],
  signal?: AbortSignal
): Promise<ReadonlySet<string>> {
  const untilMs = clock.now() + looksForMs
  const first = await cloud.hosts(signal)
  const seen = new Map(names.filter(name => isFresh(first, name)).map(name => [name, noReports]))
  for (let reading = first; ; reading = await cloud.hosts(signal)) {
    for (const [name, before] of seen) seen.set(name, withReport(before, findHost(reading, name)))
    const reporting = [...seen].flatMap(([name, reports]) => (reportsMoved(reports) >= 2 ? name : []))
    if (reporting.length === seen.size || clock.now() >= untilMs || signal?.aborted === true) return new Set(reporting)
    await clock.sleep(lookEveryMs, signal)
  }
}

function isFresh(reading: HostsReading, name: string): boolean {
  const reportedAtMs = findHost(reading, name)?.reportedAtMs
  return reportedAtMs !== undefined && reading.atMs - reportedAtMs < freshMs
}

/** One that was off and has been switched on meanwhile says so by now. */
async function isStillOff(
  fencing: Pick<Fencing, 'read'>,
  { host, agents }: OffClaim,
  signal?: AbortSignal
): Promise<boolean> {
  try {
    const readings = await Promise.all(agents.map(async agent => await fencing.read(agent, host, signal)))
    return readings.every(({ power }) => power === 'off')
  } catch (error) {
    if (!isWorldError(error)) throw error
    return false
  }
}
