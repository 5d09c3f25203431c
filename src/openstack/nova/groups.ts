import type { Aggregate, GroupPolicy, ServerGroup } from '../../core/inventory.ts'
import { listOf } from '../service.ts'
import { type NovaClient, pins } from './client.ts'

interface GroupRow {
  readonly id: string
  readonly name?: string
  readonly policy: GroupPolicy
  readonly rules?: { readonly max_server_per_host?: number }
  readonly members?: readonly string[]
}

interface AggregateRow {
  readonly id: number
  readonly name: string
  readonly hosts?: readonly string[]
  readonly availability_zone?: string | null
  readonly metadata?: Readonly<Record<string, string>>
}

const pageSize = 1000

/** The server groups of all projects. */
export async function readGroups(nova: NovaClient, signal?: AbortSignal): Promise<ServerGroup[]> {
  const groups = new Map<string, ServerGroup>()
  for (let offset = 0; ; ) {
    const query = { all_projects: 'true', limit: pageSize, offset }
    const { body } = await nova.get(pins.groups, '/os-server-groups', { query, signal })
    const page = listOf<GroupRow>('Nova', body, 'server_groups')
    // Nova's own limit may be smaller than ours and there are no links: only an empty page is surely the last.
    if (page.length === 0) return [...groups.values()]
    for (const row of page) groups.set(row.id, groupOf(row))
    offset += page.length
  }
}

function groupOf(row: GroupRow): ServerGroup {
  return {
    id: row.id,
    ...(row.name === undefined ? {} : { name: row.name }),
    policy: row.policy,
    members: row.members ?? [],
    maxPerHost: row.rules?.max_server_per_host ?? 1
  }
}

export async function readAggregates(nova: NovaClient, signal?: AbortSignal): Promise<Aggregate[]> {
  const { body } = await nova.get(pins.general, '/os-aggregates', { signal })
  return listOf<AggregateRow>('Nova', body, 'aggregates').map(row => ({
    id: row.id,
    name: row.name,
    ...(row.availability_zone ? { zone: row.availability_zone } : {}),
    hosts: row.hosts ?? [],
    metadata: row.metadata ?? {}
  }))
}
