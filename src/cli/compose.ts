import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type Clock, machineTime, systemClock } from '../clock.ts'
import type { Environment } from '../config/read-yaml.ts'
import type { Config } from '../config.ts'
import { createCoverage } from '../controller/duties/coverage.ts'
import { runDuties, standardDuties } from '../controller/duties/duties.ts'
import { createPoll } from '../controller/duties/poll.ts'
import { createRehearsal } from '../controller/duties/rehearsal.ts'
import { believedFencing } from '../controller/judgement/believed-fencing.ts'
import { isArmed } from '../controller/judgement/check-guards.ts'
import { createDisbeliefs } from '../controller/judgement/disbeliefs.ts'
import { createSupervisor } from '../controller/lease/supervisor.ts'
import type { Arming, Ports, Store } from '../controller/ports/ports.ts'
import { createService } from '../controller/service/create-service.ts'
import { createIntake } from '../controller/service/intake.ts'
import { messageOf } from '../errors.ts'
import { readActionUrl } from '../http/action-url.ts'
import { buildApp } from '../http/app.ts'
import { createAuthenticator } from '../http/auth.ts'
import { defaultHttpLimits } from '../http/limits.ts'
import { createMetrics, type HttpMetrics } from '../http/metrics.ts'
import type { ConfigurationState } from '../http/routes/health.ts'
import { createNotifier } from '../notify/webhook.ts'
import { openStore } from '../store/open-store.ts'
import { createSharedClock, type SharedClock } from '../store/shared-clock.ts'
import { pathOfStore } from '../store-url.ts'
import { type ArmingTurn, turnOf } from './reload.ts'
import { connectWorld, directoryLimits, type OutsideWorld } from './world.ts'

export interface Switchover {
  readonly app: FastifyInstance
  /** Segments that may act, by the API's word where it was given, else by the file. */
  armedSegments(): Promise<string[]>
  /**
   * What of a new configuration counts without a restart; resolves to the segments that act or only observe by it and did not
   * before. Throws CloudError when the members of its segments can't be read, StoreUnavailable when the API's word can't; then
   * nothing is changed.
   */
  apply(next: Config): Promise<ArmingTurn>
  /** Drives recoveries and does the periodic work until `stop`; rejects only for a mistake of our own. */
  run(): Promise<void>
  /** Takes no more requests, lets each deed in hand end within `limitMs`, and closes everything. Open recoveries wait for the next start. */
  stop(limitMs: number): Promise<void>
}

/** Recoveries that are driven at once. Held ones count, so it is far above what a bad day brings. */
const recoveriesAtOnce = 1000

/** For requests that are still being answered when everything else has ended. */
const requestsLimitMs = 2000

/** Quartz strays by less than a millisecond in so long; this is for clocks that are set, and for databases that fail over. */
const clockEveryMs = 5000

/** So often it is asked whether it is time to read the BMCs. */
const rehearsalLookMs = 10_000

/** They are kept for a day: an hour more or less is nothing. */
const credentialsEveryMs = 3_600_000

/** Builds the whole service from its configuration. Throws ConfigError if the store or the cloud can't be used as configured. */
export async function compose(
  config: Config,
  env: Environment,
  log: Logger,
  version: string,
  configuration?: () => ConfigurationState
): Promise<Switchover> {
  let { rules } = config
  const metrics = createMetrics()
  metrics.rulesLoaded(rules.list)
  const { store, clock, world } = await connect(config, env, log, metrics)
  const { openstack, fencing, probe, directory } = world
  const { cloud, alarms } = openstack
  // A new name each time: what an earlier life of this process had in hand is not ours.
  const owner = `${hostname().slice(0, 40)}/${process.pid}/${randomUUID().slice(0, 8)}`
  const disbeliefs = createDisbeliefs({ store, fencing }, owner)
  const rehearsal = createRehearsal({ cloud, fencing, store, clock, log }, directory, disbeliefs, config.rehearsal)
  const ports: Ports = {
    ...{ clock, cloud, alarms, probe, store, policy: directory, log },
    ...{ fencing: believedFencing({ fencing, clock }, disbeliefs), nodes: fencing },
    metrics: metrics.port
  }

  const supervisor = createSupervisor(ports, {
    owner,
    ttlMs: config.leaseMs,
    concurrency: recoveriesAtOnce,
    machine: machineTime,
    ...(config.leaseByKeystone && { within: openstack.within })
  })
  const intake = createIntake(ports, directory, () => rules, supervisor.nudge)
  const authenticate = createAuthenticator(config.auth)
  const readAction = (url: string) => readActionUrl(url, authenticate)
  const coverage = createCoverage(ports, readAction)
  const service = createService({
    ports,
    directory,
    intake,
    nudge: supervisor.nudge,
    dependencies: openstack.dependencies,
    rehearsal,
    ...(config.poll.alarms ? { coverage } : {})
  })
  const poll = createPoll(ports, directory, intake, { ...config.poll, readAction })
  const tidyCredentials = async (signal: AbortSignal) => void (await openstack.tidyCredentials(signal))
  const duties = [
    ...standardDuties(ports, directory, intake, config.retention),
    { name: 'poll', everyMs: config.poll.everyMs, work: poll },
    { name: 'rehearsal', everyMs: rehearsalLookMs, everywhere: true, work: rehearsal.work },
    ...(config.poll.alarms
      ? [{ name: 'alarms', everyMs: config.poll.everyMs, everywhere: true, work: coverage.refresh }]
      : []),
    ...(config.leaseByKeystone ? [{ name: 'credentials', everyMs: credentialsEveryMs, work: tidyCredentials }] : []),
    ...('sync' in clock ? [{ name: 'clock', everyMs: clockEveryMs, everywhere: true, work: clock.sync }] : [])
  ]
  const notifier = createNotifier(config.notify, store, { clock, log, owner, ttlMs: config.leaseMs })
  const { auth, metricsOpen, hostEventTypes } = config
  const app = buildApp({
    service,
    store,
    auth,
    log,
    metrics,
    limits: defaultHttpLimits,
    clock,
    version,
    metricsOpen,
    hostEventTypes,
    ...(configuration === undefined ? {} : { configuration })
  })

  const armedBy = (arming: Arming): string[] =>
    directory.segments().flatMap(({ name }) => (isArmed(name, arming, directory) ? name : []))

  const ending = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  return {
    app,
    armedSegments: async () => armedBy(await store.arming()),
    async apply(next) {
      // First what may fail: a configuration that is loaded in part is nobody's.
      const arming = await store.arming()
      const before = armedBy(arming)
      await directory.configure(next.segments, directoryLimits(next))
      rules = next.rules
      metrics.rulesLoaded(rules.list)
      // What is held may go on by the new limits.
      supervisor.nudge()
      return turnOf(before, armedBy(arming), next)
    },
    async run() {
      const { signal } = ending
      running = Promise.all([
        supervisor.run(signal),
        runDuties(ports, { owner, ttlMs: config.leaseMs }, duties, signal),
        notifier.run(signal)
      ])
      await running
    },
    async stop(limitMs) {
      // No more requests come in; one that is slow must not keep us from ending the deeds.
      const closed = app.close().catch((error: unknown) => log.error({ err: error }, 'while closing'))
      await supervisor.stop(limitMs)
      ending.abort()
      // What ran into a mistake of our own was reported by `run`; here the rest is to be closed all the same.
      await running.catch(() => undefined)
      // What starts after us polls at once, and need not wait until they lapse.
      await store
        .giveDutiesBack(owner)
        .catch((error: unknown) => log.warn({ err: messageOf(error) }, 'duties left to lapse'))
      await world.close()
      await endRequests(app, closed)
      await store.close()
    }
  }
}

/** The store first: a replica tells the time by it. */
async function connect(
  config: Config,
  env: Environment,
  log: Logger,
  metrics: HttpMetrics
): Promise<{ store: Store; clock: Clock | SharedClock; world: OutsideWorld }> {
  const store = await openStore(config.storeUrl, { log })
  try {
    const isFile = pathOfStore(config.storeUrl) !== undefined
    const clock = isFile ? systemClock : await createSharedClock(store, systemClock, log)
    const world = await connectWorld(config, env, log, { clock, onCall: report => metrics.openstackCall(report) })
    return { store, clock, world }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Waits for the answers that are under way, but not for a client that sends or takes them slowly. */
async function endRequests(app: FastifyInstance, closed: Promise<unknown>): Promise<void> {
  const waiting = new AbortController()
  const late = systemClock.sleep(requestsLimitMs, waiting.signal)
  await Promise.race([closed, late])
  waiting.abort()
  app.server.closeAllConnections()
}
