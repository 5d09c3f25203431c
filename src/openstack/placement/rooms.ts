import type { Room } from '../../core/inventory.ts'
import { inParallel } from '../../in-parallel.ts'
import type { Hypervisor } from '../nova/hypervisors.ts'
import { listOf, type Service } from '../service.ts'
import { readRecord, recordOf, unlessMissing, version } from './read.ts'

interface Inventory {
  readonly total: number
  readonly reserved?: number
  readonly allocation_ratio?: number
  readonly max_unit?: number
}

interface Summary {
  readonly resources?: Readonly<Record<string, { readonly capacity: number; readonly used: number }>>
  readonly traits?: readonly string[]
}

/** The scheduler's mark on a host whose service is disabled. */
const disabledTrait = 'COMPUTE_STATUS_DISABLED'
const hostsAtOnce = 4

/** Three calls a host; one that Placement does not know is left out. */
export async function readRooms(
  service: Service,
  providers: readonly Hypervisor[],
  signal?: AbortSignal
): Promise<Room[]> {
  const rooms = await inParallel(providers, hostsAtOnce, ({ host, id }) => readRoom(service, host, id, signal))
  return rooms.filter(room => room !== undefined)
}

/**
 * One call for all of them: Placement's list of where a megabyte would fit. A host that is not in it has no room. How much
 * of a class one server may take is not told there; the hypervisor tells how much the machine has, which is the same.
 */
export async function readRoomsAtOnce(
  service: Service,
  providers: readonly Hypervisor[],
  signal?: AbortSignal
): Promise<Room[]> {
  const query = { resources: 'MEMORY_MB:1' }
  const { body } = await service.get<Record<string, unknown>>('/allocation_candidates', { ...version, query, signal })
  const summaries = recordOf<Summary>(body, 'provider_summaries')
  return providers.map(({ host, id, amounts }) => {
    const { resources = {}, traits = [] } = summaries[id] ?? {}
    const free: Record<string, number> = {}
    const maxUnit: Record<string, number> = {}
    for (const [name, { capacity, used }] of Object.entries(resources)) {
      free[name] = capacity - used
      maxUnit[name] = amounts[name] ?? capacity
    }
    return { host, schedulable: !traits.includes(disabledTrait), free, maxUnit, traits }
  })
}

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
