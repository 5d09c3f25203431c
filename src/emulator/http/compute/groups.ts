import type { FastifyPluginCallback } from 'fastify'
import type { GroupPolicy } from '../../../core/inventory.ts'
import {
  addAggregate,
  addToAggregate,
  aggregateUuid,
  aggregateWithId,
  type ModelAggregate,
  removeFromAggregate,
  setAggregateMetadata
} from '../../model/nova-aggregates.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelGroup } from '../../model/world.ts'
import { asked, callerOf, type Face, requireAdmin } from '../face.ts'

interface ActionBody {
  readonly add_host?: { readonly host: string }
  readonly remove_host?: { readonly host: string }
  readonly set_metadata?: { readonly metadata: Readonly<Record<string, string | null>> }
}

/** Aggregates of hosts, and groups of servers. */
export const groupRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  app.get('/os-aggregates', request => {
    requireAdmin(request, 'os_compute_api:os-aggregates:index')
    return { aggregates: world.aggregates.map(aggregateView) }
  })
  app.get<{ Params: { id: string } }>('/os-aggregates/:id', request => {
    requireAdmin(request, 'os_compute_api:os-aggregates:show')
    return { aggregate: aggregateView(aggregateWithId(world, Number(request.params.id))) }
  })
  app.post<{ Body: { aggregate?: { name?: string; availability_zone?: string } } }>('/os-aggregates', request => {
    requireAdmin(request, 'os_compute_api:os-aggregates:create')
    const { name, availability_zone: zone } = request.body?.aggregate ?? {}
    if (name === undefined)
      throw new Refusal(400, "Invalid input for field/attribute aggregate. 'name' is a required property")
    return { aggregate: aggregateView(addAggregate(world, name, zone)) }
  })
  app.post<{ Params: { id: string }; Body: ActionBody }>('/os-aggregates/:id/action', request => {
    const { add_host: added, remove_host: removed, set_metadata: set } = request.body ?? {}
    const id = Number(request.params.id)
    if (set !== undefined) {
      requireAdmin(request, 'os_compute_api:os-aggregates:set_metadata')
      return { aggregate: aggregateView(setAggregateMetadata(world, id, set.metadata)) }
    }
    if (added !== undefined) {
      requireAdmin(request, 'os_compute_api:os-aggregates:add_host')
      return { aggregate: aggregateView(addToAggregate(world, id, added.host)) }
    }
    requireAdmin(request, 'os_compute_api:os-aggregates:remove_host')
    if (removed === undefined)
      throw new Refusal(400, `There is no such action: ${Object.keys(request.body ?? {}).join(', ')}`)
    return { aggregate: aggregateView(removeFromAggregate(world, id, removed.host)) }
  })

  app.get('/os-server-groups', request => {
    const { isAdmin } = callerOf(request)
    const all = isAdmin && asked(request, 'all_projects') !== undefined
    const offset = Number(asked(request, 'offset') ?? 0)
    const limit = Math.min(1000, Number(asked(request, 'limit') ?? 1000))
    const list = world.groups.filter(() => all || isAdmin)
    return { server_groups: list.slice(offset, offset + limit).map(group => groupView(group, world.projectId)) }
  })
  app.get<{ Params: { id: string } }>('/os-server-groups/:id', request => {
    const group = world.groups.find(each => each.id === request.params.id)
    if (group === undefined) throw new Refusal(404, `Instance group ${request.params.id} could not be found.`)
    return { server_group: groupView(group, world.projectId) }
  })
  app.post<{ Body: { server_group?: GroupBody } }>('/os-server-groups', request => {
    const { name, policy, rules } = request.body?.server_group ?? {}
    if (name === undefined || policy === undefined)
      throw new Refusal(400, "Invalid input for field/attribute server_group. 'policy' is a required property")
    const made: ModelGroup = {
      id: world.idOf('group', name),
      name,
      policy,
      members: [],
      maxPerHost: rules?.max_server_per_host ?? 1,
      saysMaxPerHost: rules?.max_server_per_host !== undefined
    }
    world.groups.push(made)
    return { server_group: groupView(made, world.projectId) }
  })
  app.delete<{ Params: { id: string } }>('/os-server-groups/:id', (request, reply) => {
    const index = world.groups.findIndex(each => each.id === request.params.id)
    if (index === -1) throw new Refusal(404, `Instance group ${request.params.id} could not be found.`)
    world.groups.splice(index, 1)
    return reply.code(204).send()
  })
  done()
}

interface GroupBody {
  readonly name?: string
  readonly policy?: GroupPolicy
  readonly rules?: { readonly max_server_per_host?: number }
}

function aggregateView({ id, name, zone, hosts, metadata }: ModelAggregate): object {
  return {
    id,
    uuid: aggregateUuid(id),
    name,
    availability_zone: zone ?? null,
    hosts,
    metadata: { ...metadata, ...(zone === undefined ? {} : { availability_zone: zone }) },
    created_at: '2026-01-01T00:00:00.000000',
    updated_at: null,
    deleted: false,
    deleted_at: null
  }
}

function groupView(group: ModelGroup, projectId: string): object {
  const { id, name, policy, members, maxPerHost, saysMaxPerHost = maxPerHost > 1 } = group
  const rules = policy === 'anti-affinity' && saysMaxPerHost ? { max_server_per_host: maxPerHost } : {}
  return { id, name: name ?? id, policy, rules, members, project_id: projectId, user_id: 'admin' }
}
