import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Received } from '../../controller/ports/ports.ts'
import type { Service } from '../../controller/service/service.ts'
import type { AodhAlarm } from '../../schemas/aodh-alarm.d.ts'
import { testKey } from '../action-url.ts'
import { signalOf } from '../aodh-body.ts'
import { alarmSecurity, answers, json, ref } from '../contract.ts'
import { isDeeperThan } from '../json-depth.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came; only on the alarm routes. */
    bodyText: string
  }
}

export interface AlarmRoutes {
  readonly service: Pick<Service, 'receive'>
  readonly signalReceived: (outcome: string) => void
  readonly hostEventTypes: readonly string[]
}

type Delivered = { Body: AodhAlarm; Params: { host?: string }; Querystring: { readonly [key: string]: unknown } }

const bodyBytesMax = 256 * 1024
const depthMax = 64
/** Aodh waits for ever, with one of its few threads. */
const answerWithinMs = 15_000

const query = {
  type: 'object',
  properties: { [testKey]: { description: 'Given: a test of the way that alarms take, of which nothing is done.' } }
}

const hostParams = {
  type: 'object',
  properties: { host: { type: 'string', description: 'The service host that the alarm is about.' } }
}

/** POST /v1/alarms[/{host}]: Aodh tells us that a host changed. We answer once it is written down. */
export const alarmRoutes: FastifyPluginAsync<AlarmRoutes> = async (
  app,
  { service, signalReceived, hostEventTypes }
) => {
  keepBodyText(app)

  async function receive(request: FastifyRequest<Delivered>): Promise<Received> {
    const { body, bodyText: text, actor, params, query } = request
    const isTest = testKey in query
    const signal = signalOf(body, { actor, text, host: params.host, hostEventTypes, isTest })
    const received = await service.receive(signal)
    const { signal: id, outcome, recovery, because } = received
    signalReceived(outcome)
    request.log.info(
      { alarm: signal.alarm?.id, host: signal.host, actor, signal: id, outcome, recovery, because },
      'alarm received'
    )
    return received
  }

  const schema = {
    tags: ['alarms'],
    summary: 'Deliver an alarm (the action of an Aodh alarm)',
    security: alarmSecurity,
    body: ref('aodh-alarm'),
    querystring: query,
    response: answers({ 202: json('It is written down.', ref('received')) }, 400, 401, 403, 413, 415, 429, 503)
  }
  const options = { bodyLimit: bodyBytesMax, handlerTimeout: answerWithinMs }
  app.post<Delivered>('/v1/alarms', { ...options, schema }, async (request, reply) => {
    return reply.code(202).send(await receive(request))
  })
  app.post<Delivered>(
    '/v1/alarms/:host',
    { ...options, schema: { ...schema, params: hostParams } },
    async (request, reply) => {
      return reply.code(202).send(await receive(request))
    }
  )
}

/** The text is stored as it came, so it is kept beside what it means. */
function keepBodyText(app: FastifyInstance): void {
  app.decorateRequest('bodyText', '')
  app.removeAllContentTypeParsers()
  // An odd key is no reason to lose an alarm, so it is taken out rather than refused.
  const parse = app.getDefaultJsonParser('remove', 'remove')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (isDeeperThan(text, depthMax)) {
      const detail = `The body nests deeper than ${depthMax} levels; no alarm of Aodh does.`
      return done(app.httpErrors.createError(400, detail, { code: 'not-json' }))
    }
    request.bodyText = text
    return parse(request, text, done)
  })
}
