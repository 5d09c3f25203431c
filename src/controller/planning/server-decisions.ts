import type { HostsReading, Server, ServerGroup } from '../../core/inventory.ts'
import { findHost } from '../../core/inventory.ts'
import type { Recovery } from '../../core/recovery.ts'
import { type ServerDecision, serverPolicy } from '../../core/rules/server-policy.ts'
import type { Cloud } from '../ports/ports.ts'

/** What is on the failed host. */
interface Listed {
  readonly recovery: Recovery
  readonly reading: HostsReading
  readonly groups: readonly ServerGroup[]
  readonly servers: readonly Server[]
}

/**
 * What the operator's instance rules, as they were when the recovery opened, say of each server; empty without rules.
 * Throws CloudError when what a rule looks at can't be read: who is to be left must not be moved by an accident.
 */
export async function serverDecisions(
  cloud: Pick<Cloud, 'aggregates' | 'imageProperties'>,
  { recovery, reading, groups, servers }: Listed,
  signal?: AbortSignal
): Promise<ReadonlyMap<string, ServerDecision>> {
  const rules = recovery.settings.servers ?? []
  if (rules.length === 0) return new Map()
  const policy = serverPolicy(rules)
  const images = [...new Set(servers.flatMap(server => server.imageId ?? []))]
  const [aggregates, properties] = await Promise.all([
    cloud.aggregates(signal),
    policy.needsImages && images.length > 0 ? cloud.imageProperties(images, signal) : undefined
  ])
  const host = {
    name: recovery.host,
    zone: findHost(reading, recovery.host)?.zone ?? '',
    aggregates: aggregates.filter(one => one.hosts.includes(recovery.host)).map(one => one.name)
  }
  const groupOf = new Map(groups.flatMap(group => group.members.map(member => [member, group] as const)))
  const before = new Map(recovery.servers.map(server => [server.id, server]))
  return new Map(
    servers.map(server => {
      const known = before.get(server.id)
      const group = groupOf.get(server.id)
      // What each rule said would make the plan long; `rules test` tells it.
      const { tried: _tried, ...decision } = policy.decide({
        server,
        host,
        segment: recovery.segment,
        imageProperties: properties?.get(server.imageId ?? '') ?? {},
        ...(known === undefined ? {} : { before: known }),
        ...(group === undefined ? {} : { group })
      })
      return [server.id, decision]
    })
  )
}
