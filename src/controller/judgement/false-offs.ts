import { findHost, type HostsReading } from '../../core/inventory.ts'
import type { OffClaim } from '../../core/off-claim.ts'
import { noReports, reportsMoved, withReport } from '../../core/reports.ts'
import { inParallel } from '../../in-parallel.ts'
import type { Cloud, Fencing } from '../ports/ports.ts'
import { isWorldError } from '../recovery/context.ts'
import type { Sources } from './ask-sources.ts'

/** BMCs are slow, and there may be a thousand. */
export const bmcsAtOnce = 16
const lookEveryMs = 5000
/** Two reports come within it, also where they are rarer than usual. */
const looksForMs = 60_000
/** A host whose last report is older does not report now. */
const freshMs = 60_000

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
  const still = await inParallel(alive, bmcsAtOnce, async claim => await isStillOff(world.fencing, claim, signal))
  return alive.filter((_, index) => still[index] === true)
}

async function reportingHosts(
  { cloud, clock }: Pick<Sources, 'clock'> & { readonly cloud: Pick<Cloud, 'hosts'> },
  names: readonly string[],
  signal?: AbortSignal
): Promise<ReadonlySet<string>> {
  const untilMs = clock.now() + looksForMs
  const first = await cloud.hosts(signal)
  const seen = new Map(names.filter(name => isReporting(first, name)).map(name => [name, noReports]))
  for (let reading = first; ; reading = await cloud.hosts(signal)) {
    for (const [name, before] of seen) seen.set(name, withReport(before, findHost(reading, name)))
    const reporting = [...seen].flatMap(([name, reports]) => (reportsMoved(reports) >= 2 ? name : []))
    if (reporting.length === seen.size || clock.now() >= untilMs || signal?.aborted === true) return new Set(reporting)
    await clock.sleep(lookEveryMs, signal)
  }
}

/** By what Nova says now; one report may have been on its way while it died. */
export function isReporting(reading: HostsReading, name: string): boolean {
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
