import type { Cloud } from '../controller/ports/ports.ts'
import type { Amounts, Server } from '../core/inventory.ts'
import { inParallel } from '../in-parallel.ts'
import { bases } from './access/catalog.ts'
import type { Hypervisor, Hypervisors } from './nova/hypervisors.ts'
import { readRecord, version } from './placement/read.ts'
import { readRooms, readRoomsAtOnce } from './placement/rooms.ts'
import { type Access, createService, listOf, type Service } from './service.ts'

/** What Placement answers of the port. Hosts that it does not know are left out of `rooms`. */
export interface Placement extends Pick<Cloud, 'needs' | 'rooms'> {
  readonly service: Service
}

const requestsMax = 12
/** Of more hosts than that, the rooms are read with one call instead of three for each. */
const oneByOneMax = 16

export function createPlacement(access: Access, hypervisors: Hypervisors): Placement {
  const service = createService({ name: 'Placement', types: ['placement'], base: bases.placement }, access)
  const providersOf = async (hosts: readonly string[], signal?: AbortSignal): Promise<Hypervisor[]> => {
    const known = new Map((await hypervisors.list(hosts, signal)).map(each => [each.host, each]))
    return hosts.flatMap(host => known.get(host) ?? []).filter(each => !each.isBareMetal)
  }
  return {
    service,
    async needs(host, servers, signal) {
      const [provider] = await providersOf([host], signal)
      const held = provider === undefined ? new Map<string, Amounts>() : await readHeld(service, provider.id, signal)
      return new Map(servers.map((server: Server) => [server.id, held.get(server.id) ?? server.flavorNeed]))
    },
    async rooms(hosts, signal) {
      const providers = await providersOf(hosts, signal)
      return hosts.length > oneByOneMax
        ? readRoomsAtOnce(service, providers, signal)
        : readRooms(service, providers, signal)
    }
  }
}

/** What each consumer holds on the host, child providers (vGPU, PCI, bandwidth …) included. */
async function readHeld(service: Service, provider: string, signal?: AbortSignal): Promise<Map<string, Amounts>> {
  const query = { in_tree: provider }
  const { body } = await service.get('/resource_providers', { ...version, query, signal })
  const tree = listOf<{ uuid: string }>('Placement', body, 'resource_providers')
  const held = new Map<string, Record<string, number>>()
  await inParallel(tree, requestsMax, async ({ uuid }) => {
    const path = `/resource_providers/${uuid}/allocations`
    const allocations = await readRecord<{ resources?: Amounts }>(service, path, 'allocations', signal)
    for (const [consumer, { resources = {} }] of Object.entries(allocations ?? {})) {
      const sum = held.get(consumer) ?? {}
      for (const [resource, amount] of Object.entries(resources)) sum[resource] = (sum[resource] ?? 0) + amount
      held.set(consumer, sum)
    }
  })
  return held
}
