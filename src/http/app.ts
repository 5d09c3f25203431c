import { randomUUID } from 'node:crypto'
import sensible from '@fastify/sensible'
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fastify, LogController } from 'fastify'
import type { Clock } from '../clock.ts'
import type { DutyStore, OperatorStore, RecoveryStore } from '../controller/ports/ports.ts'
import type { SegmentView, Service } from '../controller/service/service.ts'
import { messageOf } from '../errors.ts'
import { defaultHostEventTypes } from './aodh-body.ts'
import type { AuthConfig } from './auth.ts'
import { createAuthenticator } from './auth.ts'
import { createCached } from './cached.ts'
import { answerExpectations, answerGarbage } from './garbage.ts'
import { createGuard } from './guard.ts'
import type { HttpLimits } from './limits.ts'
import { createGate } from './limits.ts'
import type { HttpMetrics } from './metrics.ts'
import { describeApi } from './openapi.ts'
import { problemOf, refusalOf } from './problems.ts'
import { logSerializers, pathOf } from './redact.ts'
import type { Refusals } from './refusals.ts'
import { createRefusals } from './refusals.ts'
import { alarmRoutes } from './routes/alarms.ts'
import { armingRoutes } from './routes/arming.ts'
import { commandRoutes } from './routes/commands.ts'
import { type ConfigurationState, healthRoutes, probeRoutes } from './routes/health.ts'
import { metricsPage } from './routes/metrics-page.ts'
import { recoveryRoutes } from './routes/recoveries.ts'
import { segmentRoutes } from './routes/segments.ts'
import { signalRoutes } from './routes/signals.ts'
import { triggerRoutes } from './routes/trigger.ts'
import { createValidatorCompiler } from './validation.ts'

export interface AppDeps {
  readonly service: Service
  readonly store: OperatorStore & DutyStore & Pick<RecoveryStore, 'steps' | 'signalsOf' | 'arming'>
  readonly auth: AuthConfig
  /** A pino instance. */
  readonly log: FastifyBaseLogger
  readonly metrics: HttpMetrics
  readonly limits: HttpLimits
  readonly clock: Clock
  readonly version: string
  /** /metrics needs no token. */
  readonly metricsOpen: boolean
  /** Event types whose trait `host` or `hostname` names the failed host; else defaultHostEventTypes. */
  readonly hostEventTypes?: readonly string[]
  /** When the configuration was loaded; left out where it is never loaded anew. */
  readonly configuration?: () => ConfigurationState
}

/** Health and metrics may show segments that are this old, so that watching us costs Nova little; whether they act is of now. */
const segmentsKeptMs = 30_000
const summaryKeptMs = 1000
const peopleBodyBytesMax = 64 * 1024

/** The HTTP side, ready to listen. It reads and writes the store and the cloud only through `deps`. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const { service, store, clock, version, metrics } = deps
  const refusals = createRefusals(clock, deps.log, metrics.refused, deps.limits.refusalsPerMinute)
  const app = createServer(deps.log, refusals)
  const kept = createCached(clock, segmentsKeptMs, () => service.segments())
  async function segments(): Promise<SegmentView[]> {
    const [views, arming] = await Promise.all([kept(), store.arming()])
    const inForce = service.inForce(arming)
    return views.map(view => ({ ...view, armed: inForce[view.name] ?? view.armed }))
  }
  const summary = createCached(clock, summaryKeptMs, () => store.summary())
  const { configuration } = deps
  const loaded = configuration === undefined ? {} : { configuration }
  // Each gauge asks for itself, so that one scrape would read the arming once for each of them.
  const ofScrape = createCached(clock, summaryKeptMs, segments)
  metrics.watch({ summary, segments: ofScrape, nowMs: () => clock.now(), ...loaded })
  app.register(sensible)
  describeApi(app, version)
  app.register(async root => {
    const guard = createGuard(root, createAuthenticator(deps.auth), refusals)
    const { signalReceived } = metrics
    root.register(probeRoutes, { store })
    root.register(metricsPage, { metrics, guard, isOpen: deps.metricsOpen })
    root.register(async alarms => {
      alarms.addHook('onRequest', guard('alarms'))
      alarms.addHook('onRequest', createGate(alarms, deps.limits.alarmsInFlight))
      const { hostEventTypes = defaultHostEventTypes } = deps
      alarms.register(alarmRoutes, { service, signalReceived, hostEventTypes })
    })
    root.register(async people => {
      people.addHook('onRequest', guard('viewer'))
      people.addHook('onRequest', createGate(people, deps.limits.requestsInFlight))
      people.register(recoveryRoutes, { store })
      people.register(triggerRoutes, { service, clock, signalReceived, guard })
      people.register(commandRoutes, { service, guard })
      people.register(signalRoutes, { service, store, guard })
      people.register(armingRoutes, { service, store, guard })
      people.register(segmentRoutes, { service, clock })
      people.register(healthRoutes, { service, store, segments, clock, version, ...loaded })
    })
  })
  return app
}

function createServer(log: FastifyBaseLogger, refusals: Refusals): FastifyInstance {
  const answerError = createErrorHandler(refusals)
  const app = fastify({
    loggerInstance: log.child({}, { serializers: logSerializers }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: peopleBodyBytesMax,
    // A client that sends slowly must not keep a connection for ever.
    requestTimeout: 30_000,
    // Nor one that does not take its answer: on no connection may nothing at all go on for so long.
    connectionTimeout: 60_000,
    clientErrorHandler: answerGarbage(refusals),
    // Aodh turns a redirected POST into a GET without a body: paths match exactly, or not at all.
    routerOptions: { maxParamLength: 255, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false },
    frameworkErrors: (error, request, reply) => {
      answerError(error, request, reply)
    }
  })
  app.decorateRequest('actor', '')
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(createValidatorCompiler())
  // The response schemas are documentation; a serializer made of them would silently drop what they forget.
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(request => {
    throw app.httpErrors.notFound(
      `There is no ${request.method} ${pathOf(request.url)}. /openapi.json lists what there is.`
    )
  })
  app.server.on('checkExpectation', answerExpectations(refusals))
  refusePacked(app)
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug({ req: request, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request answered')
  })
  app.addHook('onClose', async () => refusals.close())
  return app
}

/** What is packed may unpack to anything, so nothing is unpacked here. */
function refusePacked(app: FastifyInstance): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { 'content-encoding': encoding = 'identity' } = request.headers
    if (encoding === 'identity') return done(null, payload)
    const headers = { 'accept-encoding': 'identity' }
    return done(app.httpErrors.createError(415, `Send the body as it is, not as ${encoding}.`, { headers }))
  })
}

/** Every error leaves here, as problem+json. Only our own mistakes are logged one by one. */
function createErrorHandler(refusals: Refusals) {
  return (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = refusalOf(error, request.method)
    if (refusal.status === 500) request.log.error({ err: error, req: request }, 'request failed')
    refusals.note(refusal.code, refusal.status >= 500 ? messageOf(error) : refusal.detail, request)
    for (const [name, value] of Object.entries(refusal.headers ?? {})) reply.header(name, value)
    reply
      .code(refusal.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(refusal, request.id)))
  }
}
