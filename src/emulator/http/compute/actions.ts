import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { evacuate } from '../../model/nova-evacuate.ts'
import { resetState, startServer, stopServer } from '../../model/nova-servers.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelServer } from '../../model/world.ts'
import { type Face, requireAdmin } from '../face.ts'
import { visibleServer } from './servers.ts'

type Act = (
  face: Face,
  server: ModelServer,
  body: unknown,
  request: FastifyRequest
) => { status: number; body?: object }

/** What POST /servers/{id}/action understands, by the one key of its body. */
const actions: Readonly<Record<string, Act>> = {
  evacuate(face, server, body, request) {
    requireAdmin(request, 'os_compute_api:os-evacuate')
    evacuate(face.world, server.id, (body as { host?: string }).host as string)
    return { status: 200 }
  },
  'os-resetState'(face, server, body, request) {
    requireAdmin(request, 'os_compute_api:os-admin-actions:reset_state')
    const { state } = body as { state?: string }
    if (state !== 'error' && state !== 'active') {
      throw new Refusal(
        400,
        `Invalid input for field/attribute state. Value: ${state}. '${state}' is not one of ['active', 'error']`
      )
    }
    resetState(face.world, server.id, state)
    return { status: 202 }
  },
  'os-start'(face, server) {
    startServer(face.world, server.id)
    return { status: 202 }
  },
  'os-stop'(face, server) {
    stopServer(face.world, server.id)
    return { status: 202 }
  }
}

export const actionRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  app.post<{ Params: { id: string }; Body: Record<string, unknown> | null }>(
    '/servers/:id/action',
    (request, reply) => {
      const body = request.body ?? {}
      const keys = Object.keys(body)
      const [name = ''] = keys
      const act = actions[name]
      if (keys.length !== 1 || act === undefined) throw new Refusal(400, `There is no such action: ${keys.join(', ')}`)
      const server = visibleServer(face, request, request.params.id)
      const answer = act(face, server, body[name] ?? {}, request)
      return reply.code(answer.status).send(answer.body)
    }
  )
  done()
}
