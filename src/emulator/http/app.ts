import { setTimeout as delay } from 'node:timers/promises'
import { type FastifyInstance, fastify } from 'fastify'
import { novaRoutes } from './compute/routes.ts'
import type { Face } from './face.ts'
import { keystoneRoutes } from './keystone/routes.ts'
import { aodhRoutes } from './others/alarm.ts'
import { glanceRoutes } from './others/image.ts'
import { neutronRoutes } from './others/network.ts'
import { placementRoutes } from './others/placement.ts'
import { redfishRoutes } from './others/redfish.ts'
import { storageRoutes } from './others/storage.ts'
import { cinderRoutes } from './others/volume.ts'

const services = {
  '/identity': keystoneRoutes,
  '/compute': novaRoutes,
  '/placement': placementRoutes,
  '/network': neutronRoutes,
  '/volume': cinderRoutes,
  '/image': glanceRoutes,
  '/alarm': aodhRoutes
}

/** The whole cloud behind one server: each service below a path of its own. */
export function buildCloudApp(face: Face): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 200 } })
  acceptAnyJson(app)
  for (const [prefix, routes] of Object.entries(services)) {
    void app.register(
      (scope, _options, done) => {
        slowDown(scope, face)
        standStill(scope, face, prefix)
        void scope.register(routes, { face })
        done()
      },
      { prefix }
    )
  }
  void app.register(redfishRoutes, { prefix: '/bmc', face })
  void app.register(storageRoutes, { prefix: '/storage', face })
  return app
}

/** Clients of OpenStack send all kinds of content types, and empty bodies that are called JSON. */
function acceptAnyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body)
    if (text === '') return done(null, undefined)
    try {
      done(null, JSON.parse(text))
    } catch {
      done(Object.assign(new Error('Malformed request body'), { statusCode: 400 }))
    }
  })
}

/** The effect comes half-way through the call's time. */
function slowDown(scope: FastifyInstance, { world }: Face): void {
  const half = async () => {
    const { latencyMs } = world.timing
    if (latencyMs > 0) await delay(latencyMs / 2)
  }
  scope.addHook('onRequest', half)
  scope.addHook('onSend', half)
}

/** What a load balancer says of a service that is being restarted. */
function standStill(scope: FastifyInstance, { away, world }: Face, prefix: string): void {
  scope.addHook('onRequest', async (_request, reply) => {
    if (world.clock.now() < (away.get(prefix) ?? 0)) return await reply.code(503).send('503 Service Unavailable')
    return undefined
  })
}
