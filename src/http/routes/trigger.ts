import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { Service } from '../../controller/service/service.ts'
import type { Trigger } from '../../schemas/trigger.d.ts'
import { answers, json, peopleSecurity, ref } from '../contract.ts'
import type { Guard } from '../guard.ts'
import { assertHost, planFor } from '../hosts.ts'

export interface TriggerRoutes {
  readonly service: Pick<Service, 'receive' | 'dryRun' | 'knowsHost' | 'segments'>
  readonly clock: Clock
  readonly signalReceived: (outcome: string) => void
  readonly guard: Guard
}

const successes = {
  200: json('With dryRun: what would happen.', ref('dry-run')),
  202: json('It is written down.', ref('received'))
}
const problems = [400, 401, 403, 404, 413, 415, 429, 502, 503]

/** POST /v1/recoveries: a person reports a host, or asks what would happen if it died. */
export const triggerRoutes: FastifyPluginAsync<TriggerRoutes> = async (
  app,
  { service, clock, signalReceived, guard }
) => {
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
    if (dryRun) return await planFor(app, service, clock, host)
    // A misspelt host would be written down, and nobody would come for the real one.
    await assertHost(app, service, host)
    const received = await service.receive({ source: 'manual', actor, host, reason })
    signalReceived(received.outcome)
    request.log.info({ host, actor, ...received }, 'host reported by hand')
    return reply.code(202).send(received)
  })
}
