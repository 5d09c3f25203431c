import type { FastifyPluginAsync } from 'fastify'
import type { OperatorStore } from '../../controller/ports/ports.ts'
import type { Service } from '../../controller/service/service.ts'
import type { ResolveBody } from '../../schemas/resolve.d.ts'
import { answers, idParams, json, listOf, listQuery, peopleSecurity, ref } from '../contract.ts'
import type { Guard } from '../guard.ts'
import { assertHost } from '../hosts.ts'
import { signalOutcomes } from '../words.ts'

export interface SignalRoutes {
  readonly service: Pick<Service, 'resolve' | 'knowsHost' | 'segments'>
  readonly store: Pick<OperatorStore, 'signals'>
  readonly guard: Guard
}

interface Filters {
  outcome?: string
  host?: string
  limit: number
  cursor?: string
}

const filters = {
  outcome: {
    enum: signalOutcomes,
    description: 'Only those of which this became.'
  },
  host: { type: 'string', minLength: 1, maxLength: 255, description: 'Only those about this host.' }
}

/** /v1/signals: what came in, and what became of it. */
export const signalRoutes: FastifyPluginAsync<SignalRoutes> = async (app, { service, store, guard }) => {
  const list = {
    tags: ['signals'],
    summary: 'List signals, the newest first',
    security: peopleSecurity,
    querystring: listQuery(filters),
    response: answers({ 200: json('A page of them.', listOf('signal')) }, 400, 401, 403, 503)
  }
  app.get<{ Querystring: Filters }>('/v1/signals', { schema: list }, async request => store.signals(request.query))

  const resolve = {
    tags: ['signals'],
    summary: 'Give an unresolved signal its host',
    security: peopleSecurity,
    params: idParams,
    body: ref('resolve'),
    response: answers({ 202: json('What became of it.', ref('received')) }, 400, 401, 403, 404, 409, 413, 415, 429, 503)
  }
  const options = { schema: resolve, onRequest: guard('operator') }
  app.post<{ Params: { id: string }; Body: ResolveBody }>(
    '/v1/signals/:id/resolve',
    options,
    async (request, reply) => {
      const { id } = request.params
      const { actor } = request
      await assertHost(app, service, request.body.host)
      const resolved = await service.resolve(id, request.body.host, actor)
      if (resolved === undefined) throw app.httpErrors.notFound(`There is no signal ${id}. GET /v1/signals lists them.`)
      if (resolved === 'settled') {
        const detail = 'What becomes of this signal is settled. To report the host, POST /v1/recoveries.'
        throw app.httpErrors.createError(409, detail, { code: 'settled' })
      }
      request.log.info({ host: request.body.host, actor, ...resolved }, 'signal resolved')
      return reply.code(202).send(resolved)
    }
  )
}
