import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { evacuate } from '../../model/nova-evacuate.ts'
import { type Change, change, changes } from '../../model/nova-lifecycle.ts'
import { confirmResize, resize, shelve } from '../../model/nova-relocate.ts'
import { resetState } from '../../model/nova-servers.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelServer, World } from '../../model/world.ts'
import { callerOf, type Face, requireAdmin } from '../face.ts'
import { evacuationOf } from './evacuate-body.ts'
import { minor } from './microversions.ts'
import { pythonRepr } from './python-repr.ts'
import { requestIdOf } from './request-id.ts'
import { visibleServer } from './servers.ts'

interface Call {
  readonly world: World
  readonly server: ModelServer
  readonly body: unknown
  readonly request: FastifyRequest
  readonly requestId: string
}

interface Action {
  readonly status: number
  /** Before the server is looked for. */
  check?(body: unknown, request: FastifyRequest): void
  act(call: Call): void
}

/** What a user may do himself, unless an admin or he has locked the server. */
const plain = (what: Change): Action => ({
  status: 202,
  act(call) {
    refuseLocked(call)
    change(call.world, call.server.id, what, call.requestId)
  }
})

/** What POST /servers/{id}/action understands, by the one key of its body. */
const actions: Readonly<Record<string, Action>> = {
  evacuate: {
    status: 200,
    check: (body, request) => void evacuationOf(body, minor(request)),
    act({ world, server, body, request, requestId }) {
      requireAdmin(request, 'os_compute_api:os-evacuate')
      evacuate(world, server.id, { ...evacuationOf(body, minor(request)), requestId })
    }
  },
  'os-resetState': {
    status: 202,
    act({ world, server, body, request }) {
      requireAdmin(request, 'os_compute_api:os-admin-actions:reset_state')
      const { state } = (body ?? {}) as { state?: unknown }
      if (state === 'error' || state === 'active') resetState(world, server.id, state)
      else {
        const value = pythonRepr(state)
        throw new Refusal(
          400,
          `Invalid input for field/attribute state. Value: ${String(state)}. ${value} is not one of ['active', 'error']`
        )
      }
    }
  },
  'os-start': plain(changes.start),
  'os-stop': plain(changes.stop),
  pause: plain(changes.pause),
  unpause: plain(changes.unpause),
  suspend: plain(changes.suspend),
  resume: plain(changes.resume),
  rescue: { ...plain(changes.rescue), status: 200 },
  unrescue: plain(changes.unrescue),
  reboot: {
    status: 202,
    check(body) {
      if ((body as { type?: unknown } | null)?.type !== undefined) return
      const why = "'type' is a required property"
      throw new Refusal(400, `Invalid input for field/attribute reboot. Value: ${pythonRepr(body)}. ${why}`)
    },
    act(call) {
      refuseLocked(call)
      const isHard = (call.body as { type?: string } | null)?.type === 'HARD'
      change(call.world, call.server.id, isHard ? changes.rebootHard : changes.rebootSoft, call.requestId)
    }
  },
  lock: { status: 202, act: ({ server }) => void Object.assign(server, { locked: true }) },
  unlock: { status: 202, act: ({ server }) => void Object.assign(server, { locked: false }) },
  shelve: { status: 202, act: ({ world, server, requestId }) => shelve(world, server.id, requestId) },
  resize: { status: 202, act: ({ world, server, requestId }) => resize(world, server.id, { requestId }) },
  migrate: {
    status: 202,
    act({ world, server, body, request, requestId }) {
      requireAdmin(request, 'os_compute_api:os-migrate-server:migrate')
      const { host } = (body ?? {}) as { host?: string }
      resize(world, server.id, { host, type: 'migration', requestId })
    }
  },
  confirmResize: { status: 204, act: ({ world, server, requestId }) => confirmResize(world, server.id, requestId) }
}

export const actionRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  app.post<{ Params: { id: string }; Body: Record<string, unknown> | null }>(
    '/servers/:id/action',
    (request, reply) => {
      const given = request.body ?? {}
      const [name = '', ...more] = Object.keys(given)
      if (name === '' || more.length > 0) throw new Refusal(400, 'Malformed request body')
      const action = actions[name]
      if (action === undefined) throw new Refusal(400, `There is no such action: ${name}`)
      if (['os-start', 'os-stop'].includes(name)) needCell(face, request.params.id)
      const body = given[name]
      action.check?.(body, request)
      const server = visibleServer(face, request, request.params.id)
      action.act({ world, server, body, request, requestId: requestIdOf(reply) })
      return reply.code(action.status).send()
    }
  )
  done()
}

/** These two look for the server's cell before they look for the server. */
function needCell({ world }: Face, id: string): void {
  if (!world.servers.has(id)) throw new Refusal(404, `Instance ${id} has no mapping to a cell.`)
}

function refuseLocked({ server, request }: Call): void {
  if (server.locked && !callerOf(request).isAdmin) throw new Refusal(409, `Instance ${server.id} is locked`)
}
