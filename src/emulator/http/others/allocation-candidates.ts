import type { FastifyRequest } from 'fastify'
import { fits, isSchedulable, roomOf } from '../../model/placement.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelHost, World } from '../../model/world.ts'
import { queryOf } from '../face.ts'
import { usualTraits } from './placement.ts'

/** GET /allocation_candidates: the hosts on which the resources fit, and what they have. */
export function candidates(world: World, request: FastifyRequest): object {
  const query = queryOf(request)
  const all = (key: string) => [query[key] ?? []].flat()
  const resources = Object.fromEntries(
    all('resources')
      .flatMap(text => text.split(','))
      .map(amountOf)
  )
  if (Object.keys(resources).length === 0) throw new Refusal(400, "At least one group's `resources` is required.")
  const required = [...all('required'), ...all('root_required')].flatMap(text => text.split(','))
  const [tree] = all('in_tree')
  const limit = Number(all('limit')[0] ?? Number.POSITIVE_INFINITY)
  const found = [...world.hosts.values()]
    .filter(host => tree === undefined || host.nodeId === tree)
    .filter(host => fits(world, host, resources) && required.every(trait => has(world, host, trait)))
    .slice(0, limit)
  return {
    allocation_requests: found.map(host => ({
      allocations: { [host.nodeId]: { resources } },
      mappings: { '': [host.nodeId] }
    })),
    provider_summaries: Object.fromEntries(found.map(host => [host.nodeId, summary(world, host)]))
  }
}

function amountOf(text: string): [string, number] {
  const [name = '', amount = ''] = text.split(':')
  if (!/^\d+$/.test(amount))
    throw new Refusal(
      400,
      `Badly formed resources parameter. Expected resources query string parameter in form: ?resources=VCPU:2,MEMORY_MB:1024. Got: ${text}.`
    )
  return [name, Number(amount)]
}

function traitsOf(world: World, host: ModelHost): string[] {
  return [...usualTraits, ...(isSchedulable(world, host) ? [] : ['COMPUTE_STATUS_DISABLED'])]
}

function has(world: World, host: ModelHost, trait: string): boolean {
  const traits = traitsOf(world, host)
  return trait.startsWith('!') ? !traits.includes(trait.slice(1)) : traits.includes(trait)
}

function summary(world: World, host: ModelHost): object {
  const { free } = roomOf(world, host)
  const resources = Object.entries(host.capacity).map(([name, capacity]) => [
    name,
    { capacity, used: capacity - (free[name] ?? 0) }
  ])
  return {
    resources: Object.fromEntries(resources),
    traits: traitsOf(world, host),
    parent_provider_uuid: null,
    root_provider_uuid: host.nodeId
  }
}
