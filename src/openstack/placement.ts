import type { Cloud } from '../controller/ports.ts'
import type { Amounts, Room, Server } from '../core/inventory.ts'
import { CloudError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import { bases } from './access/catalog.ts'
import type { Hypervisor, Hypervisors } from './nova/hypervisors.ts'
import { type Access, createService, listOf, type Service } from './service.ts'

/** What Placement answers of the port. Hosts that it does not know are left out of `rooms`. */
export interface Placement extends Pick<Cloud, 'needs' | 'rooms'> {
  readonly service: Service
}

interface Inventory {
  readonly total: number
  readonly reserved?: number
  readonly allocation_ratio?: number
  readonly max_unit?: number
}

/** The scheduler's mark on a host whose service is disabled. */
const disabledTrait = 'COMPUTE_STATUS_DISABLED'
const version = { headers: { 'openstack-api-version': 'placement 1.36' } }
const requestsMax = 12

export function createPlacement(access: Access, hypervisors: Hypervisors): Placement {
  const service = createService({ name: 'Placement', types: ['placement'], base: bases.placement }, access)
  const providerOf = async (hosts: readonly string[], signal?: AbortSignal) => {
    const known = await hypervisors.list(hosts, signal)
    return (host: string) => known.find((each: Hypervisor) => each.host === host && !each.isBareMetal)?.id
  }
  return {
    service,
    async needs(host, servers, signal) {
      const provider = (await providerOf([host], signal))(host)
      const held = provider === undefined ? new Map<string, Amounts>() : await readHeld(service, provider, signal)
      return new Map(servers.map((server: Server) => [server.id, held.get(server.id) ?? server.flavorNeed]))
    },
    async rooms(hosts, signal) {
      const find = await providerOf(hosts, signal)
      // Three calls a host.
      const rooms = await inParallel(hosts, requestsMax / 3, async host => {
        const provider = find(host)
        return provider === undefined ? undefined : readRoom(service, host, provider, signal)
      })
      return rooms.filter(room => room !== undefined)
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

/** undefined when Placement does not know the provider. */
async function readRoom(
  service: Service,
  host: string,
  provider: string,
  signal?: AbortSignal
): Promise<Room | undefined> {
  const path = `/resource_providers/${provider}`
  const [inventories, usages, traits] = await Promise.all([
    readRecord<Inventory>(service, `${path}/inventories`, 'inventories', signal),
    readRecord<number>(service, `${path}/usages`, 'usages', signal),
    readTraits(service, `${path}/traits`, signal)
  ])
  if (inventories === undefined || usages === undefined || traits === undefined) return undefined
  const free: Record<string, number> = {}
  const maxUnit: Record<string, number> = {}
  for (const [resource, { total, reserved = 0, allocation_ratio: ratio = 1, max_unit }] of Object.entries(
    inventories
  )) {
    free[resource] = Math.floor((total - reserved) * ratio) - (usages[resource] ?? 0)
    maxUnit[resource] = max_unit ?? total
  }
  return { host, schedulable: !traits.includes(disabledTrait), free, maxUnit, traits }
}

async function readTraits(
  service: Service,
  path: string,
  signal?: AbortSignal
): Promise<readonly string[] | undefined> {
  const body = await unlessMissing(service.get(path, { ...version, signal }))
  return body === undefined ? undefined : listOf<string>('Placement', body.body, 'traits')
}

async function readRecord<Value>(
  service: Service,
  path: string,
  key: string,
  signal?: AbortSignal
): Promise<Readonly<Record<string, Value>> | undefined> {
  const answer = await unlessMissing(service.get<Record<string, unknown>>(path, { ...version, signal }))
  if (answer === undefined) return undefined
  const record = answer.body[key]
  if (typeof record === 'object' && record !== null) return record as Record<string, Value>
  throw new CloudError('unreachable', `Placement answered without "${key}"`)
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CloudError && error.code === 'not-found') return undefined
    throw error
  }
}
