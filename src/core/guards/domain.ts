import type { Aggregate, HostsReading } from '../inventory.ts'
import type { GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'
import { looksDown } from './looks-down.ts'

/** Aggregates whose metadata have `key` say which hosts may fail together: those with the same value. */
export interface DomainLimit {
  readonly key: string
  /** So many hosts of one domain may be down; a single one always may. */
  readonly hostsDown: number
  readonly recoveriesPerHour: number
}

export interface Domain {
  /** `rack=r1` */
  readonly name: string
  readonly hosts: readonly string[]
}

/** The domains that the host belongs to. */
export function domainsOf(host: string, aggregates: readonly Aggregate[], key: string): Domain[] {
  const values = new Map<string, Set<string>>()
  for (const { metadata, hosts } of aggregates) {
    const value = metadata?.[key]
    if (value === undefined) continue
    const known = values.get(value) ?? new Set()
    for (const name of hosts) known.add(name)
    values.set(value, known)
  }
  return [...values].flatMap(([value, hosts]) =>
    hosts.has(host) ? [{ name: `${key}=${value}`, hosts: [...hosts] }] : []
  )
}

/** Hosts that share a rack, a feed or a switch and fail together: that is rather the rack than the hosts. Open for a host of no domain. */
export function domainGuard(
  reading: HostsReading,
  domains: readonly Domain[],
  limit: DomainLimit | undefined
): GuardReport {
  if (limit === undefined) return clear('domain', 'no limit per failure domain is configured', {})
  const { key, hostsDown } = limit
  if (domains.length === 0)
    return clear('domain', `no aggregate with the metadata ${key} has the host`, { key, hostsDownMax: hostsDown })
  const counted = domains.map(({ name, hosts }) => {
    return { name, down: looksDown(reading, hosts), of: hosts.length }
  })
  const worst = counted.reduce((one, other) => (other.down.length > one.down.length ? other : one))
  const inputs = { domain: worst.name, down: worst.down, of: worst.of, hostsDownMax: hostsDown }
  const figures = `${worst.down.length} of ${worst.of} hosts of ${worst.name} look down (at most ${hostsDown})`
  return worst.down.length > Math.max(1, hostsDown)
    ? closed('domain', figures, 'world', inputs)
    : clear('domain', figures, inputs)
}
