import type { Clock } from '../../clock.ts'
import type { Amounts } from '../../core/inventory.ts'
import { singleFlight } from '../access/single-flight.ts'
import { listOf } from '../service.ts'
import { type NovaClient, pins } from './client.ts'
import { hasNext } from './servers.ts'

export interface Hypervisor {
  /** Also its uuid in Placement. */
  readonly id: string
  /** The service host; the hypervisor's own name may differ from it. */
  readonly host: string
  readonly address?: string
  readonly isBareMetal: boolean
  /** What the machine has, before any ratio, by Placement's resource class. */
  readonly amounts: Amounts
}

export interface Hypervisors {
  /** `wanted`: service hosts that must be looked for anew if the last reading does not have them. */
  list(wanted?: readonly string[], signal?: AbortSignal): Promise<readonly Hypervisor[]>
}

interface HypervisorRow {
  readonly id: string
  readonly hypervisor_type?: string
  readonly host_ip?: string | null
  readonly service?: { readonly host?: string }
  readonly vcpus?: number | null
  readonly memory_mb?: number | null
  readonly local_gb?: number | null
}

const pageSize = 1000
/** Which hypervisor belongs to which host hardly ever changes, and the list of a big cloud is long. */
const keptMs = 60_000

export function createHypervisors(nova: NovaClient, clock: Clock): Hypervisors {
  let kept: { list: readonly Hypervisor[]; hosts: ReadonlySet<string>; atMs: number } | undefined
  const read = singleFlight(async () => {
    const list = await readHypervisors(nova)
    kept = { list, hosts: new Set(list.map(each => each.host)), atMs: clock.now() }
    return list
  })
  return {
    async list(wanted = [], signal) {
      const isFresh = kept !== undefined && clock.now() - kept.atMs < keptMs
      if (kept !== undefined && isFresh && wanted.every(host => kept?.hosts.has(host))) return kept.list
      return read(signal)
    }
  }
}

async function readHypervisors(nova: NovaClient): Promise<Hypervisor[]> {
  const found = new Map<string, Hypervisor>()
  let marker: string | undefined
  for (;;) {
    const query = { limit: pageSize, ...(marker === undefined ? {} : { marker }) }
    const { body } = await nova.get<Record<string, unknown>>(pins.hypervisors, '/os-hypervisors/detail', { query })
    const page = listOf<HypervisorRow>('Nova', body, 'hypervisors')
    for (const row of page) found.set(row.id, hypervisorOf(row))
    marker = page.at(-1)?.id
    if (marker === undefined || !hasNext(body.hypervisors_links)) return [...found.values()]
  }
}

function hypervisorOf(row: HypervisorRow): Hypervisor {
  return {
    id: row.id,
    host: row.service?.host ?? '',
    ...(row.host_ip ? { address: row.host_ip } : {}),
    isBareMetal: row.hypervisor_type === 'ironic',
    amounts: {
      ...(row.vcpus ? { VCPU: row.vcpus } : {}),
      ...(row.memory_mb ? { MEMORY_MB: row.memory_mb } : {}),
      ...(row.local_gb ? { DISK_GB: row.local_gb } : {})
    }
  }
}

/** host_ip by service host, virtual machines' hosts only. */
export function addressesOf(hypervisors: readonly Hypervisor[]): Record<string, string> {
  const pairs = hypervisors.filter(each => !each.isBareMetal).map(each => [each.host, each.address ?? ''] as const)
  return Object.fromEntries(pairs.filter(([host, address]) => host !== '' && address !== ''))
}

/** Service hosts that manage bare-metal nodes. */
export function bareMetalHostsOf(hypervisors: readonly Hypervisor[]): string[] {
  return [...new Set(hypervisors.filter(each => each.isBareMetal).map(each => each.host))].sort()
}
