import type { FastifyPluginCallback } from 'fastify'
import { uuidOf } from '../../model/ids.ts'
import { asked, authenticate, type Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'

/** Neutron: a port for each server that has one. */
export const neutronRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  answerFaults(app, (status, message) =>
    status === 401 ? faultBodies.keystone(status, message) : faultBodies.neutron(status, message)
  )
  app.get('/', () => ({
    versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${face.url()}/network/v2.0/` }] }]
  }))
  app.get('/v2.0/ports', request => {
    authenticate(face, request)
    const device = asked(request, 'device_id')
    const servers = device === undefined ? [...world.servers.values()] : [world.servers.get(device)]
    return {
      ports: servers.flatMap(server =>
        server === undefined || !server.networked
          ? []
          : [
              {
                id: uuidOf(`port/${server.id}`),
                name: '',
                device_id: server.id,
                device_owner: 'compute:nova',
                status: server.vmState === 'active' ? 'ACTIVE' : 'DOWN',
                'binding:host_id': server.boundTo ?? '',
                'binding:vif_type': server.boundTo === undefined ? 'unbound' : 'ovs',
                admin_state_up: true,
                project_id: server.projectId,
                fixed_ips: []
              }
            ]
      )
    }
  })
  app.get('/v2.0/extensions', () => ({ extensions: [] }))
  app.get('/v2.0/networks', () => ({
    networks: [{ id: uuidOf('network/private'), name: 'private', status: 'ACTIVE' }]
  }))
  done()
}
