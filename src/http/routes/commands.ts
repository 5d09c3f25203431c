import type { FastifyPluginAsync } from 'fastify'
import type { CommandKind } from '../../controller/ports/ports.ts'
import type { Service } from '../../controller/service/service.ts'
import type { VouchBody } from '../../schemas/vouch.d.ts'
import { answers, idParams, json, peopleSecurity, ref } from '../contract.ts'
import type { Guard } from '../guard.ts'

export interface CommandRoutes {
  readonly service: Pick<Service, 'command'>
  readonly guard: Guard
}

const summaries: Readonly<Record<CommandKind, string>> = {
  approve: 'Approve the plan that you saw',
  vouch: 'Vouch that the failed host (or a lost target, or one server) is off',
  retry: 'Go on from a hold with fresh counts, or continue a partial recovery in a new one',
  cancel: 'Stop as soon as that is safe; nothing is powered on'
}

/** POST /v1/recoveries/{id}/{command}: an operator's word, written down for the replica that drives the recovery. */
export const commandRoutes: FastifyPluginAsync<CommandRoutes> = async (app, { service, guard }) => {
  const { createError } = app.httpErrors

  for (const [kind, summary] of Object.entries(summaries) as [CommandKind, string][]) {
    const schema = {
      tags: ['recoveries'],
      summary,
      security: peopleSecurity,
      params: idParams,
      body: ref(kind === 'vouch' ? 'vouch' : 'command'),
      response: answers(
        { 202: json('It is written down.', ref('command-accepted')) },
        400,
        401,
        403,
        404,
        409,
        413,
        415,
        429,
        503
      )
    }
    const options = { schema, onRequest: guard('operator') }
    app.post<{ Params: { id: string }; Body: VouchBody }>(
      `/v1/recoveries/:id/${kind}`,
      options,
      async (request, reply) => {
        const { id } = request.params
        const { actor } = request
        const result = await service.command({ recovery: id, kind, actor, ...request.body })
        request.log.info({ recovery: id, command: kind, actor, result }, 'command given')
        if (result === 'not-found')
          throw app.httpErrors.notFound(`There is no recovery ${id}. GET /v1/recoveries lists them.`)
        if (result === 'stale') {
          const detail = `The recovery is no longer as in version ${request.body.version}. Read it again, then decide.`
          throw createError(409, detail, { code: 'stale' })
        }
        if (result === 'closed')
          throw createError(409, 'The recovery has ended; only a partial one can be retried.', { code: 'closed' })
        const recovery = result === 'accepted' ? id : result.recovery
        return reply.code(202).send({
          command: kind,
          recovery,
          ...(result === 'accepted' ? {} : { continues: id }),
          detail: `It is written down, and may still be refused: GET /v1/recoveries/${recovery} says in its timeline what became of it.`
        })
      }
    )
  }
}
