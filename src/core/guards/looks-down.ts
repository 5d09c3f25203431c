import type { Host, HostsReading } from '../inventory.ts'
import { isUp } from '../inventory.ts'
import { isIsolatedByUs } from '../marks.ts'

/** Two reports that did not come, where the site did not change how often they come. */
const overdueMinMs = 30_000

/**
 * Which of the hosts look down; what we isolated and recovered before doesn't count. Hosts that fail together are not called
 * down together: so one that Nova still calls up counts too when it has been silent for half as long as the last that it calls down.
 */
export function looksDown({ hosts, atMs }: HostsReading, names: readonly string[]): string[] {
  const wanted = new Set(names)
  const members = hosts.filter(host => wanted.has(host.name) && !isIsolatedByUs(host.disabledReason))
  const down = members.filter(host => !isUp(host))
  const silentMs = (host: Host): number => atMs - (host.reportedAtMs ?? atMs)
  const overdueMs = Math.max(overdueMinMs, Math.min(...down.map(silentMs)) / 2)
  const overdue = down.length === 0 ? [] : members.filter(host => isUp(host) && silentMs(host) > overdueMs)
  return [...down, ...overdue].map(host => host.name)
}
