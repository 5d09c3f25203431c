import type { Host, HostsReading } from '../inventory.ts'
import { isUp } from '../inventory.ts'
import { isIsolatedByUs, isOurs } from '../marks.ts'

/** Two reports that did not come, where the site did not change how often they come. */
const overdueMinMs = 30_000

/** A host that others disabled and that has been silent for so long did not fail just now: it stands in the workshop. */
const outOfServiceMs = 3_600_000

/**
 * Which of the hosts look down; what we isolated and recovered before doesn't count, nor what is out of service. Hosts that fail together are not called
 * down together: so one that Nova still calls up counts too when it has been silent for half as long as the last that it calls down.
 */
export function looksDown({ hosts, atMs }: HostsReading, names: readonly string[]): string[] {
  const wanted = new Set(names)
  const members = hosts.filter(host => wanted.has(host.name) && !isIsolatedByUs(host.disabledReason))
  const silentMs = (host: Host): number => atMs - (host.reportedAtMs ?? atMs)
  const isOutOfService = (host: Host): boolean =>
    host.status === 'disabled' && !isOurs(host.disabledReason) && silentMs(host) > outOfServiceMs
  const down = members.filter(host => !isUp(host) && !isOutOfService(host))
  const overdueMs = Math.max(overdueMinMs, Math.min(...down.map(silentMs)) / 2)
  const overdue = down.length === 0 ? [] : members.filter(host => isUp(host) && silentMs(host) > overdueMs)
  return [...down, ...overdue].map(host => host.name)
}
