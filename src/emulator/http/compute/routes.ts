import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { authenticate, type Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'
import { actionRoutes } from './actions.ts'
import { flavorRoutes } from './flavors.ts'
import { groupRoutes } from './groups.ts'
import { hypervisorRoutes } from './hypervisors.ts'
import { instanceActionRoutes } from './instance-actions.ts'
import { negotiate, versionMin } from './microversions.ts'
import { migrationRoutes } from './migrations.ts'
import { giveRequestId } from './request-id.ts'
import { serverRoutes } from './servers.ts'
import { serviceRoutes } from './services.ts'

/** Said not by Nova but by what stands before it. */
const noSuchPath = {
  message: 'The resource could not be found.<br /><br />\n\n\n',
  code: '404 Not Found',
  title: 'Not Found'
}

/** Nova. */
export const novaRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  answerFaults(app, faultBodies.nova)
  const version = () => ({
    id: 'v2.1',
    status: 'CURRENT',
    version: face.microversion,
    min_version: versionMin,
    updated: '2013-07-23T11:33:21Z',
    links: [
      { rel: 'self', href: `${face.url()}/compute/v2.1/` },
      { rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' }
    ]
  })
  const versions = () => ({ versions: [version()] })
  app.get('/', versions)
  const oneVersion = () => ({
    version: {
      ...version(),
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' }]
    }
  })
  const negotiated = async (request: FastifyRequest, reply: FastifyReply) => {
    giveRequestId(reply)
    negotiate(request, reply, face.microversion)
  }
  // Anybody may ask which versions there are.
  for (const path of ['/v2.1', '/v2.1/']) app.get(path, { onRequest: negotiated }, oneVersion)
  void app.register(
    (api, _options, ready) => {
      api.addHook('onRequest', async (request, reply) => {
        giveRequestId(reply)
        authenticate(face, request)
        negotiate(request, reply, face.microversion)
      })
      answerFaults(
        api,
        (status, message) =>
          status === 401 ? faultBodies.keystone(status, message) : faultBodies.nova(status, message),
        noSuchPath
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
