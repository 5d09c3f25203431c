import type { Cloud } from '../controller/ports/ports.ts'
import { findHost, type Host, type HostsReading, isUp } from '../core/inventory.ts'
import { isIsolatedByUs, isOurs, spareReason } from '../core/marks.ts'
import type { Segment } from '../core/segment.ts'
import { messageOf } from '../errors.ts'
import type { CheckLine } from '../openstack/connect.ts'

/** What the whole cloud was found to be; read once for all segments. */
export interface CloudFacts {
  readonly reading: HostsReading
  readonly bareMetal: readonly string[]
}

/** Hosts exist, serve and are no bare metal; spares are what a spare is. Many hosts that are well share a line. */
export async function checkMembers(
  segment: Segment,
  facts: CloudFacts,
  cloud: Pick<Cloud, 'serversOn'>
): Promise<CheckLine[]> {
  const { name } = segment
  const objections = segment.hosts.flatMap(host => {
    const because = objectionToHost(host, facts)
    return because === undefined ? [] : [{ name: `${name} host ${host}`, ok: false, detail: because }]
  })
  const well = segment.hosts.length - objections.length
  const hosts = {
    name: `${name} hosts`,
    ok: segment.hosts.length > 0,
    detail: `${well} of ${segment.hosts.length} enabled and up`
  }
  if (segment.hosts.length === 0) hosts.detail = 'it has no hosts: look at the name of its aggregate or zone'
  return [hosts, ...objections, ...(await checkSpares(segment, facts, cloud))]
}

function objectionToHost(name: string, { reading, bareMetal }: CloudFacts): string | undefined {
  const host = findHost(reading, name)
  if (host === undefined) return unknownHost(reading)
  if (bareMetal.includes(name)) return 'is a host of bare metal (Ironic), whose servers cannot be moved'
  if (isIsolatedByUs(host.disabledReason)) return isolated(host)
  if (!isUp(host)) return downBecause(host)
  if (host.status !== 'enabled') return `is ${host.status}${reasonOf(host)}`
  return undefined
}

async function checkSpares(segment: Segment, facts: CloudFacts, cloud: Pick<Cloud, 'serversOn'>): Promise<CheckLine[]> {
  if (segment.spares.length === 0) {
    const needed = segment.settings.method !== 'auto'
    return [
      {
        name: `${segment.name} spares`,
        ok: !needed,
        detail: needed ? 'it has none: N+1 does not hold' : 'none, as the method auto wants'
      }
    ]
  }
  return await Promise.all(
    segment.spares.map(async spare => {
      const because = await objectionToSpare(spare, segment.name, facts, cloud)
      return {
        name: `${segment.name} spare ${spare}`,
        ok: because === undefined,
        detail: because ?? 'disabled by us, up and empty'
      }
    })
  )
}

async function objectionToSpare(
  name: string,
  segment: string,
  { reading, bareMetal }: CloudFacts,
  cloud: Pick<Cloud, 'serversOn'>
): Promise<string | undefined> {
  const host = findHost(reading, name)
  if (host === undefined) return unknownHost(reading)
  if (bareMetal.includes(name)) return 'is a host of bare metal (Ironic)'
  if (!isUp(host)) return downBecause(host)
  if (host.status === 'enabled') {
    return `is enabled, so the scheduler fills it: move its servers away, if it has any, then switchover spares adopt ${segment}`
  }
  if (isOurs(host.disabledReason) && host.disabledReason !== spareReason) return isolated(host)
  if (host.disabledReason !== spareReason) return `was disabled by others${reasonOf(host)}`
  try {
    const { length } = await cloud.serversOn(name)
    return length === 0 ? undefined : `runs ${length} servers already`
  } catch (error) {
    return `its servers can't be read: ${messageOf(error)}`
  }
}

export function unknownHost(reading: HostsReading): string {
  const names = reading.hosts.map(host => host.name)
  return `Nova lists no such nova-compute (it has ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''})`
}

function isolated(host: Host): string {
  return `was isolated by us when it failed${reasonOf(host)}: bring it back first (README, "After a recovery")`
}

export function downBecause(host: Host): string {
  return host.forcedDown ? `is forced down${reasonOf(host)}` : `Nova calls it ${host.state}`
}

export function reasonOf(host: Host): string {
  return host.disabledReason === undefined ? '' : ` ("${host.disabledReason}")`
}
