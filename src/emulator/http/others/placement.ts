import { randomUUID } from 'node:crypto'
import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import type { Amounts } from '../../../core/inventory.ts'
import { aggregateUuid } from '../../model/nova-aggregates.ts'
import { heldOn, isSchedulable } from '../../model/placement.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelHost } from '../../model/world.ts'
import { asked, authenticate, type Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'
import { candidates } from './allocation-candidates.ts'

/** Placement: a provider for each host, without children. */
export const placementRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  answerFaults(app, (status, message, requestId) =>
    status === 401 ? faultBodies.keystone(status, message) : faultBodies.placement(status, message, requestId)
  )
  app.addHook('onRequest', async (request, reply) => {
    const version = request.headers['openstack-api-version']
    reply.header('openstack-api-version', version ?? 'placement 1.0')
    reply.header('x-openstack-request-id', `req-${randomUUID()}`)
    if (request.url.split('?')[0]?.replace(/\/$/, '') !== '/placement') authenticate(face, request)
  })
  app.get('/', () => ({
    versions: [
      { id: 'v1.0', max_version: '1.39', min_version: '1.0', status: 'CURRENT', links: [{ rel: 'self', href: '' }] }
    ]
  }))
  const hostOf = (request: FastifyRequest): ModelHost => {
    const { uuid } = request.params as { uuid: string }
    for (const host of world.hosts.values()) if (host.nodeId === uuid) return host
    throw new Refusal(
      404,
      `No resource provider with uuid ${uuid} found : No resource provider with uuid ${uuid} found`
    )
  }

  app.get('/resource_providers', request => {
    const [uuid, name, tree] = [asked(request, 'uuid'), asked(request, 'name'), asked(request, 'in_tree')]
    const found = [...world.hosts.values()].filter(
      host =>
        (uuid === undefined || host.nodeId === uuid) &&
        (tree === undefined || host.nodeId === tree) &&
        (name === undefined || host.name === name)
    )
    return { resource_providers: found.map(provider) }
  })
  app.get('/resource_providers/:uuid', request => provider(hostOf(request)))
  app.get('/resource_providers/:uuid/inventories', request => ({
    resource_provider_generation: 1,
    inventories: Object.fromEntries(
      Object.entries(hostOf(request).capacity).map(([name, total]) => [
        name,
        { total, reserved: 0, min_unit: 1, max_unit: total, step_size: 1, allocation_ratio: 1 }
      ])
    )
  }))
  app.get('/resource_providers/:uuid/usages', request => {
    const host = hostOf(request)
    const usages: Record<string, number> = Object.fromEntries(Object.keys(host.capacity).map(name => [name, 0]))
    for (const { need } of heldOn(world, host)) {
      for (const [name, amount] of Object.entries(need)) usages[name] = (usages[name] ?? 0) + amount
    }
    return { resource_provider_generation: 1, usages }
  })
  app.get('/resource_providers/:uuid/traits', request => ({
    resource_provider_generation: 1,
    traits: [...usualTraits, ...(isSchedulable(world, hostOf(request)) ? [] : ['COMPUTE_STATUS_DISABLED'])]
  }))
  app.get('/resource_providers/:uuid/aggregates', request => ({
    resource_provider_generation: 1,
    aggregates: world.aggregates
      .filter(({ hosts }) => hosts.includes(hostOf(request).name))
      .map(({ id }) => aggregateUuid(id))
  }))
  app.get('/resource_providers/:uuid/allocations', request => ({
    resource_provider_generation: 1,
    allocations: Object.fromEntries(
      heldOn(world, hostOf(request)).map(server => [
        server.id,
        { resources: charged(server.need), consumer_generation: 1 }
      ])
    )
  }))
  app.get<{ Params: { consumer: string } }>('/allocations/:consumer', request => {
    const server = world.servers.get(request.params.consumer)
    if (server === undefined) return { allocations: {} }
    const held = [...server.allocatedOn].flatMap(name => world.hosts.get(name) ?? [])
    return {
      allocations: Object.fromEntries(
        held.map(host => [host.nodeId, { generation: 1, resources: charged(server.need) }])
      ),
      project_id: server.projectId,
      user_id: 'admin',
      consumer_generation: 1,
      ...(minorOf(request) >= 38 ? { consumer_type: 'INSTANCE' } : {})
    }
  })
  app.get('/allocation_candidates', request => candidates(world, request))
  done()
}

/** What it needs nothing of is not charged. */
function charged(need: Amounts): Amounts {
  return Object.fromEntries(Object.entries(need).filter(([, amount]) => amount > 0))
}

/** N of the microversion 1.N that is asked for. */
function minorOf(request: FastifyRequest): number {
  return Number(/ 1\.(\d+)$/.exec(String(request.headers['openstack-api-version']))?.[1] ?? 0)
}

export const usualTraits = ['COMPUTE_NODE', 'HW_CPU_X86_VMX', 'COMPUTE_VOLUME_ATTACH_WITH_TAG']

function provider(host: ModelHost): object {
  const { nodeId, name } = host
  return {
    uuid: nodeId,
    name,
    generation: 1,
    parent_provider_uuid: null,
    root_provider_uuid: nodeId,
    links: ['inventories', 'usages', 'traits', 'aggregates', 'allocations'].map(rel => ({
      rel,
      href: `/placement/resource_providers/${nodeId}/${rel}`
    }))
  }
}
