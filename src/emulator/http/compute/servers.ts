import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { createServer, deleteServer } from '../../model/nova-servers.ts'
import { Refusal } from '../../model/refusal.ts'
import { serverWithId } from '../../model/server-requests.ts'
import type { ModelServer } from '../../model/world.ts'
import { asked, callerOf, type Face } from '../face.ts'
import { pageOf } from '../paging.ts'
import { flavorNamed } from './flavors.ts'
import { knowServerQuery } from './known-query.ts'
import { minor } from './microversions.ts'
import { requestIdOf } from './request-id.ts'
import { isUnreadable, linksOf, partialView, serverView, statusOf } from './server-view.ts'

interface CreateBody {
  readonly server?: {
    readonly name?: string
    readonly flavorRef?: string
    readonly imageRef?: string
    readonly host?: string
    readonly networks?: 'none' | 'auto' | readonly { readonly uuid?: string; readonly port?: string }[]
    readonly metadata?: Readonly<Record<string, string>>
    readonly block_device_mapping_v2?: readonly { readonly uuid?: string }[]
  }
  readonly 'os:scheduler_hints'?: { readonly group?: string }
}

export const serverRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  app.get('/servers', request => {
    const { items, links } = pageOf(face, request, listed(face, request), server => server.id)
    const servers = items.map(({ id, name }) => ({ id, name, links: linksOf(face.url(), id) }))
    return { servers, ...(links.length === 0 ? {} : { servers_links: links }) }
  })

  app.get('/servers/detail', request => {
    const { items, links } = pageOf(face, request, listed(face, request), server => server.id)
    const { isAdmin } = callerOf(request)
    const servers = items.map(server => serverView(world, face.url(), server, minor(request), isAdmin))
    return { servers, ...(links.length === 0 ? {} : { servers_links: links }) }
  })

  app.get<{ Params: { id: string } }>('/servers/:id', request => {
    const server = visibleServer(face, request, request.params.id)
    if (isUnreadable(world, server)) return { server: partialView(face.url(), server) }
    const view = serverView(world, face.url(), server, minor(request), callerOf(request).isAdmin)
    const groups = world.groups.filter(group => group.members.includes(server.id)).map(group => group.id)
    return { server: { ...view, ...(minor(request) >= 71 ? { server_groups: groups } : {}) } }
  })

  app.delete<{ Params: { id: string } }>('/servers/:id', (request, reply) => {
    deleteServer(world, visibleServer(face, request, request.params.id).id)
    return reply.code(204).send()
  })

  app.post<{ Body: CreateBody }>('/servers', (request, reply) => {
    const { server: asked, 'os:scheduler_hints': hints } = request.body ?? {}
    if (asked?.name === undefined)
      throw new Refusal(400, "Invalid input for field/attribute server. 'name' is a required property")
    const flavor = flavorNamed(world, asked.flavorRef ?? '')
    const spec = {
      name: asked.name,
      flavor: flavor.name,
      need: flavor.need,
      projectId: callerOf(request).projectId,
      metadata: asked.metadata ?? {},
      networked: asked.networks !== undefined && asked.networks !== 'none',
      localDisk: (asked.imageRef ?? '') !== '',
      volumes: (asked.block_device_mapping_v2 ?? []).flatMap(each => each.uuid ?? [])
    }
    const made = createServer(world, spec, { host: asked.host, group: hints?.group, requestId: requestIdOf(reply) })
    return reply.code(202).send({
      server: {
        id: made.id,
        links: linksOf(face.url(), made.id),
        'OS-DCF:diskConfig': 'MANUAL',
        adminPass: 'not-used',
        security_groups: [{ name: 'default' }]
      }
    })
  })

  app.get<{ Params: { id: string } }>('/servers/:id/os-volume_attachments', request => {
    const server = visibleServer(face, request, request.params.id)
    return {
      volumeAttachments: server.volumes.map((volumeId, index) => ({
        volumeId,
        serverId: server.id,
        device: `/dev/vd${String.fromCharCode(97 + index)}`,
        delete_on_termination: false,
        tag: null
      }))
    }
  })
  done()
}

/** Servers of other projects do not exist for anybody but an admin. */
export function visibleServer(face: Face, request: FastifyRequest, id: string): ModelServer {
  const server = serverWithId(face.world, id)
  const { isAdmin, projectId } = callerOf(request)
  if (!isAdmin && server.projectId !== projectId) throw new Refusal(404, `Instance ${id} could not be found.`)
  return server
}

/** Newest first. Filters that only an admin may use are dropped for others without a word. */
function listed(face: Face, request: FastifyRequest): ModelServer[] {
  knowServerQuery(request)
  const { isAdmin, projectId } = callerOf(request)
  const everywhere = isAdmin && ['1', 'true', 'True', ''].includes(asked(request, 'all_tenants') ?? 'no')
  const host = isAdmin ? (asked(request, 'host') ?? asked(request, 'node')) : undefined
  const [name, status, uuid, project] = ['name', 'status', 'uuid', 'project_id'].map(key => asked(request, key))
  const pattern = name === undefined ? undefined : new RegExp(name)
  const found: ModelServer[] = []
  for (const server of face.world.servers.values()) {
    if (host !== undefined && server.host !== host) continue
    if (!everywhere && server.projectId !== projectId) continue
    if (project !== undefined && server.projectId !== project) continue
    if (uuid !== undefined && server.id !== uuid) continue
    if (status !== undefined && statusOf(server) !== status.toUpperCase()) continue
    if (pattern !== undefined && !pattern.test(server.name)) continue
    // An unreachable cell's servers are left out silently.
    if (isUnreadable(face.world, server)) continue
    found.push(server)
  }
  return found.reverse()
}
