import type { FastifyPluginCallback } from 'fastify'
import { Refusal } from '../../model/refusal.ts'
import type { ModelAction, ModelServer } from '../../model/world.ts'
import type { Face } from '../face.ts'
import { bareTime } from '../times.ts'
import { visibleServer } from './servers.ts'

/** What was asked of a server, newest first. */
export const instanceActionRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  app.get<{ Params: { id: string } }>('/servers/:id/os-instance-actions', request => {
    const server = visibleServer(face, request, request.params.id)
    return { instanceActions: server.actions.map(action => actionView(server, action)).reverse() }
  })
  app.get<{ Params: { id: string; request: string } }>('/servers/:id/os-instance-actions/:request', request => {
    const server = visibleServer(face, request, request.params.id)
    const action = server.actions.find(each => each.requestId === request.params.request)
    if (action === undefined) {
      throw new Refusal(404, `Action for request_id ${request.params.request} on instance ${server.id} not found`)
    }
    const events = action.events.map(each => ({
      event: each.event,
      start_time: bareTime(action.startedAtMs),
      finish_time: each.result === undefined ? null : bareTime(action.startedAtMs),
      result: each.result ?? null,
      traceback: null,
      hostId: '',
      host: each.host ?? null,
      details: each.details ?? null
    }))
    // The newest first, as with everything.
    events.reverse()
    return { instanceAction: { ...actionView(server, action), events } }
  })
  done()
}

function actionView(server: ModelServer, { action, requestId, startedAtMs, message }: ModelAction): object {
  return {
    action,
    instance_uuid: server.id,
    request_id: requestId,
    user_id: 'admin',
    project_id: server.projectId,
    start_time: bareTime(startedAtMs),
    updated_at: bareTime(startedAtMs),
    message: message ?? null
  }
}
