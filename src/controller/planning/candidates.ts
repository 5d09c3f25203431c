import type { Aggregate, HostsReading } from '../../core/inventory.ts'
import { findHost, isUp } from '../../core/inventory.ts'
import { spareReason } from '../../core/marks.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { Segment } from '../../core/segment.ts'
import type { World } from './planning.ts'

interface Fit {
  readonly host: string
  readonly isSpare: boolean
}

/** Hosts of the segment that the method may use, and why the others may not be. */
export async function candidates(
  world: World,
  recovery: Recovery,
  segment: Segment,
  reading: HostsReading,
  signal?: AbortSignal
): Promise<{ fit: Fit[]; unfit: Record<string, string>; aggregates: readonly Aggregate[] }> {
  const [taken, opened, aggregates] = await Promise.all([
    world.store.targets(),
    world.store.openHosts(),
    world.cloud.aggregates(signal)
  ])
  const usesAuto = recovery.settings.method !== 'reserved_host'
  const usesSpares = recovery.settings.method !== 'auto'
  const names: Fit[] = [
    ...(usesSpares ? segment.spares.map(host => ({ host, isSpare: true })) : []),
    ...(usesAuto
      ? segment.hosts.filter(host => !segment.spares.includes(host)).map(host => ({ host, isSpare: false }))
      : [])
  ]
  const fit: Fit[] = []
  const unfit: Record<string, string> = {}
  for (const candidate of names) {
    if (candidate.host === recovery.host) continue
    const objection = objectionToCandidate(candidate, recovery, reading, { taken, opened, aggregates })
    if (objection === undefined) fit.push(candidate)
    else unfit[candidate.host] = objection
  }
  return { fit, unfit, aggregates }
}

interface Known {
  /** Host → the recovery that has it as a target. */
  readonly taken: Readonly<Record<string, string>>
  /** Host → its own open recovery. */
  readonly opened: Readonly<Record<string, string>>
  readonly aggregates: readonly Aggregate[]
}

function objectionToCandidate(
  { host, isSpare }: Fit,
  recovery: Recovery,
  reading: HostsReading,
  { taken, opened, aggregates }: Known
): string | undefined {
  const use = recovery.targets[host]
  if (recovery.proofs[host] !== undefined || use?.state === 'failed' || use?.state === 'lost')
    return use?.reason ?? 'it failed as a target of this recovery'
  const holder = taken[host]
  if (holder !== undefined && holder !== recovery.id) return `recovery ${holder} has it`
  // It may be dead as well, though Nova still calls it up. What was prepared already is judged by what becomes of it.
  const its = opened[host]
  if (its !== undefined && use?.state !== 'prepared') return `it has an open recovery of its own (${its})`
  const found = findHost(reading, host)
  if (found === undefined) return 'Nova lists no such nova-compute'
  if (!isUp(found)) return found.forcedDown ? 'it is forced down' : `Nova calls it ${found.state}`
  if (!isSpare && found.status !== 'enabled') return `it is ${found.status}`
  if (isSpare && found.status === 'enabled' && holder === undefined) {
    return 'it is enabled, so it is no spare: it takes new servers like any host (switchover spares adopt makes it one)'
  }
  if (isSpare && found.status === 'disabled' && found.disabledReason !== spareReason) {
    return `it was disabled by others${found.disabledReason === undefined ? '' : ` ("${found.disabledReason}")`}`
  }
  return zoneObjection(host, recovery.host, aggregates)
}

/** A host can be in one availability zone only, so a spare that is in another one can't join the failed host's. */
function zoneObjection(host: string, failed: string, aggregates: readonly Aggregate[]): string | undefined {
  const zoneOf = (name: string): string | undefined =>
    aggregates.find(one => one.zone !== undefined && one.hosts.includes(name))?.zone
  const zone = zoneOf(host)
  return zone === undefined || zone === zoneOf(failed) ? undefined : `it is in availability zone ${zone}`
}
