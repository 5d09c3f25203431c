import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { DutyStore, OperatorStore } from '../../controller/ports/ports.ts'
import type { SegmentView, Service } from '../../controller/service/service.ts'
import { StoreUnavailable } from '../../errors.ts'
import type { Health } from '../../schemas/health.d.ts'
import { answers, json, peopleSecurity, ref } from '../contract.ts'
import { ageSeconds, sparesLeft, unfenceable, withoutAlarm } from '../figures.ts'

export interface HealthRoutes {
  readonly service: Pick<Service, 'dependencies'>
  readonly store: Pick<OperatorStore, 'summary' | 'ping'> & Pick<DutyStore, 'duties'>
  /** The segments as last read; may be some seconds old, but for whether they are armed. */
  readonly segments: () => Promise<readonly SegmentView[]>
  readonly clock: Clock
  readonly version: string
  readonly configuration?: () => ConfigurationState
}

export type ConfigurationState = NonNullable<Health['configuration']>

/** GET /health: the whole state in one JSON. Answers 200 whatever it says, so that its body is always read. */
export const healthRoutes: FastifyPluginAsync<HealthRoutes> = async (app, options) => {
  const schema = {
    tags: ['health'],
    summary: 'Read how we are and whether the next failure can be taken',
    security: peopleSecurity,
    response: answers({ 200: json('The state.', ref('health')) }, 401, 403)
  }
  app.get('/health', { schema }, async request => {
    const [store, segments] = await Promise.all([
      readStore(options.store).catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) request.log.warn({ err: error }, 'store not readable')
        return isFull(error) ? 'its disk is full' : 'it cannot be written or read; the log says why'
      }),
      options.segments().catch(() => undefined)
    ])
    return healthOf(options, store, segments)
  })
}

/** GET /health/live and /health/ready: open, for whoever restarts us or sends us requests. */
export const probeRoutes: FastifyPluginAsync<Pick<HealthRoutes, 'store'>> = async (app, { store }) => {
  const ok = json('Yes.', { type: 'object', required: ['status'], properties: { status: { enum: ['ok'] } } })
  const live = { tags: ['health'], summary: 'The process runs', response: answers({ 200: ok }) }
  app.get('/health/live', { schema: live }, async () => ({ status: 'ok' }))

  const ready = { tags: ['health'], summary: 'Alarms can be written down', response: answers({ 200: ok }, 503) }
  app.get('/health/ready', { schema: ready }, async () => {
    await store.ping().catch((error: unknown) => {
      throw new StoreUnavailable('the store cannot be written', { cause: error, isFull: isFull(error) })
    })
    return { status: 'ok' }
  })
}

function isFull(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.isFull
}

interface StoreState {
  readonly summary: Awaited<ReturnType<OperatorStore['summary']>>
  readonly duties: Awaited<ReturnType<DutyStore['duties']>>
}

async function readStore(store: HealthRoutes['store']): Promise<StoreState> {
  await store.ping()
  const [summary, duties] = await Promise.all([store.summary(), store.duties()])
  return { summary, duties }
}

function healthOf(
  { service, clock, version, configuration }: HealthRoutes,
  store: StoreState | string,
  segments: readonly SegmentView[] | undefined
): Health {
  const nowMs = clock.now()
  const state = typeof store === 'string' ? undefined : store
  const dependencies = service.dependencies()
  const loaded = configuration?.()
  const isWhole =
    segments?.every(segment => segment.spareLeft && (unfenceable(segment) ?? []).length === 0) === true &&
    dependencies.every(({ ok, asked }) => ok || asked === false) &&
    loaded?.failed === undefined
  return {
    status: state === undefined ? 'down' : isWhole ? 'ok' : 'degraded',
    mode: modeOf(segments),
    version,
    atMs: nowMs,
    store: typeof store === 'string' ? { ok: false, error: store } : { ok: true },
    dependencies: [...dependencies],
    duties: [...(state?.duties ?? [])],
    recoveries: state?.summary.states ?? {},
    held: (state?.summary.held ?? []).map(hold => ({ ...hold, ageSeconds: ageSeconds(hold.sinceMs, nowMs) })),
    segments: (segments ?? []).map(segmentHealth),
    ...(loaded === undefined ? {} : { configuration: loaded })
  }
}

function segmentHealth(segment: SegmentView): Health['segments'][number] {
  const { name, armed, hosts, spares, spareLeft } = segment
  return {
    ...{ name, armed, hosts: hosts.length, spares: spares.length, sparesReady: sparesLeft(segment), spareLeft },
    ...alarmsOf(segment),
    ...rehearsalOf(segment)
  }
}

/** Which hosts could not be fenced by this process, and when the others were last read. */
function rehearsalOf({ rehearsed }: SegmentView): Pick<Health['segments'][number], 'fencing'> {
  if (rehearsed === undefined) return {}
  const readAtMs: Record<string, number> = {}
  for (const { host, atMs } of rehearsed) readAtMs[host] = Math.min(atMs, readAtMs[host] ?? atMs)
  const failed = rehearsed.flatMap(({ host, agent, atMs, error }) =>
    error === undefined ? [] : [{ host, agent, error, atMs }]
  )
  return { fencing: { failed, readAtMs } }
}

/** Hosts of which no alarm would tell, and when those of the others were last heard. */
function alarmsOf(segment: SegmentView): Pick<Health['segments'][number], 'alarms'> {
  const without = withoutAlarm(segment)
  if (without === undefined) return {}
  const heard = segment.hosts.flatMap(({ name, alarmHeardAtMs: atMs }): [string, number][] =>
    atMs === undefined ? [] : [[name, atMs]]
  )
  return { alarms: { without, heardAtMs: Object.fromEntries(heard) } }
}

function modeOf(segments: readonly SegmentView[] | undefined): Health['mode'] {
  if (segments === undefined || segments.length === 0) return 'unknown'
  if (segments.every(segment => segment.armed)) return 'armed'
  return segments.some(segment => segment.armed) ? 'mixed' : 'observing'
}
