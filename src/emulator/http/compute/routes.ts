import type { FastifyPluginCallback } from 'fastify'
import { authenticate, type Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'
import { actionRoutes } from './actions.ts'
import { flavorRoutes } from './flavors.ts'
import { groupRoutes } from './groups.ts'
import { hypervisorRoutes } from './hypervisors.ts'
import { instanceActionRoutes } from './instance-actions.ts'
import { negotiate, versionMax, versionMin } from './microversions.ts'
import { migrationRoutes } from './migrations.ts'
import { giveRequestId } from './request-id.ts'
import { serverRoutes } from './servers.ts'
import { serviceRoutes } from './services.ts'

/** Nova. */
export const novaRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  answerFaults(app, faultBodies.nova)
  const version = () => ({
    id: 'v2.1',
    status: 'CURRENT',
    version: versionMax,
    min_version: versionMin,
    updated: '2013-07-23T11:33:21Z',
    links: [{ rel: 'self', href: `${face.url()}/compute/v2.1/` }]
  })
  const versions = () => ({ versions: [version()] })
  app.get('/', versions)
  const oneVersion = () => ({
    version: {
      ...version(),
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' }]
    }
  })
  app.get('/v2.1', oneVersion)
  app.get('/v2.1/', oneVersion)
  void app.register(
    (api, _options, ready) => {
      api.addHook('onRequest', async (request, reply) => {
        giveRequestId(reply)
        authenticate(face, request)
        negotiate(request, reply)
      })
      answerFaults(api, (status, message) =>
        status === 401 ? faultBodies.keystone(status, message) : faultBodies.nova(status, message)
      )
      for (const routes of [
        serviceRoutes,
        serverRoutes,
        actionRoutes,
        instanceActionRoutes,
        migrationRoutes,
        hypervisorRoutes,
        groupRoutes,
        flavorRoutes
      ]) {
        void api.register(routes, { face })
      }
      ready()
    },
    { prefix: '/v2.1' }
  )
  done()
}
