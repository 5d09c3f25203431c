import type { FastifyPluginAsync } from 'fastify'
import type { Service } from '../../controller/service.ts'
import type { Trigger } from '../../schemas/trigger.d.ts'
import { answers, json, peopleSecurity, ref } from '../contract.ts'
import type { Guard } from '../guard.ts'

export interface TriggerRoutes {
  readonly service: Pick<Service, 'receive' | 'dryRun'>
  readonly signalReceived: (outcome: string) => void
  readonly guard: Guard
}

const successes = {
  200: json('With dryRun: what would happen.', ref('dry-run')),
  202: json('It is written down.', ref('received'))
}
const problems = [400, 401, 403, 404, 413, 415, 429, 502, 503]

/** POST /v1/recoveries: a person reports a host, or asks what would happen if it died. */
export const triggerRoutes: FastifyPluginAsync<TriggerRoutes> = async (app, { service, signalReceived, guard }) => {
  const schema = {
    tags: ['recoveries'],
    summary: 'Report a failed host by hand, or ask what would happen (dryRun)',
    security: peopleSecurity,
    body: ref('trigger'),
    response: answers(successes, ...problems)
  }
  const options = { schema, onRequest: guard('operator') }
  app.post<{ Body: Trigger }>('/v1/recoveries', options, async (request, reply) => {
    const { host, reason, dryRun = false } = request.body
    const { actor } = request
    if (dryRun) {
      const wouldBe = await service.dryRun(host)
      if (wouldBe !== undefined) return wouldBe
      throw app.httpErrors.notFound(`No segment has the host ${host}. GET /v1/segments lists them.`)
    }
    const received = await service.receive({ source: 'manual', actor, host, reason })
    signalReceived(received.outcome)
    request.log.info({ host, actor, ...received }, 'host reported by hand')
    return reply.code(202).send(received)
  })
}
