import type { FastifyPluginCallback } from 'fastify'
import { uuidOf } from '../../model/ids.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelServer } from '../../model/world.ts'
import { asked, authenticate, type Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'

/** Cinder: which volume is attached to which server, and where. */
export const cinderRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  answerFaults(app, (status, message) =>
    status === 401 ? faultBodies.keystone(status, message) : faultBodies.nova(status, message)
  )
  app.addHook('onRequest', async request => authenticate(face, request))
  app.get('/v3/:project/attachments', request => {
    const id = asked(request, 'instance_id')
    const server = id === undefined ? undefined : world.servers.get(id)
    return { attachments: server === undefined ? [] : server.volumes.map(volume => attachment(server, volume)) }
  })
  const volumes = () => [...world.servers.values()].flatMap(server => server.volumes.map(id => view(server, id)))
  app.get('/v3/:project/volumes', () => ({ volumes: volumes() }))
  app.get('/v3/:project/volumes/detail', () => ({ volumes: volumes() }))
  app.get<{ Params: { id: string } }>('/v3/:project/volumes/:id', request => {
    const { id } = request.params
    for (const server of world.servers.values()) {
      if (server.volumes.includes(id)) return { volume: view(server, id) }
    }
    throw new Refusal(404, `Volume ${id} could not be found.`)
  })
  done()
}

function attachment(server: ModelServer, volume: string) {
  return {
    id: uuidOf(`attachment/${server.id}/${volume}`),
    status: 'attached',
    instance: server.id,
    volume_id: volume
  }
}

function view(server: ModelServer, id: string): object {
  const { id: attachmentId } = attachment(server, id)
  const where = { id, volume_id: id, server_id: server.id, attachment_id: attachmentId }
  const attachments = [{ ...where, host_name: server.boundTo ?? null, device: '/dev/vda' }]
  return { id, name: '', size: 1, status: 'in-use', bootable: 'false', multiattach: false, attachments }
}
