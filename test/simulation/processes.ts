import { runDuties, standardDuties } from '../../src/controller/duties/duties.ts'
import { createPoll } from '../../src/controller/duties/poll.ts'
import { createRehearsal } from '../../src/controller/duties/rehearsal.ts'
import { believedFencing } from '../../src/controller/judgement/believed-fencing.ts'
import { createDisbeliefs } from '../../src/controller/judgement/disbeliefs.ts'
import { createSupervisor } from '../../src/controller/lease/supervisor.ts'
import type { GuardSettings, Log, Ports } from '../../src/controller/ports/ports.ts'
import { createService } from '../../src/controller/service/create-service.ts'
import type { Directory, SegmentConfig } from '../../src/controller/service/directory.ts'
import { createDirectory } from '../../src/controller/service/directory.ts'
import { createIntake } from '../../src/controller/service/intake.ts'
import type { Service } from '../../src/controller/service/service.ts'
import type { State } from '../../src/core/recovery.ts'
import type { Rules } from '../../src/core/rules.ts'
import { messageOf, StoreUnavailable } from '../../src/errors.ts'
import type { FaultPlan } from './faults.ts'
import type { World } from './faulty-ports.ts'
import { withFaults } from './faulty-ports.ts'
import type { Life } from './life.ts'
import { createLife } from './life.ts'
import type { RulesFile } from './rules-file.ts'
import { compiled } from './rules-file.ts'
import type { CloudLimits } from './scenario.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface ProcessWorld {
  readonly ports: World
  readonly clock: VirtualClock
  readonly plan: FaultPlan
  readonly segment: SegmentConfig
  readonly rules: RulesFile
  readonly limits: CloudLimits
  readonly guards: GuardSettings
  readonly replicas: number
  /** They look for themselves for what was not delivered. */
  readonly polls: boolean
  /** They read every BMC each minute. */
  readonly rehearses: boolean
  readonly stateOf: (recovery: string) => State | undefined
  /** The world under the eyes of the laws, at the moment in which a request is sent. */
  readonly lawful: (ports: Pick<Ports, 'cloud' | 'fencing'>, owner: string) => Pick<Ports, 'cloud' | 'fencing'>
  readonly late: (name: string, args: readonly unknown[]) => void
  /** A process died, at this call if a fault struck it. */
  crashed(call: string | undefined): void
}

/** The service under test: in each place one process after the other, on the same store, as the system would start them. */
export interface Processes {
  start(): Promise<void>
  stop(): Promise<void>
  crash(replica?: number): void
  /** It stands still, and goes on as if nothing had been. */
  pause(ms: number, replica?: number): void
  /** Asks a running process; when it dies meanwhile, stands still or can't write, asks again. */
  ask<T>(question: (service: Service) => Promise<T>): Promise<T>
  /** From now on this is the configuration, of processes that start later as well. */
  reload(next: { readonly segments?: readonly SegmentConfig[]; readonly rules?: RulesFile }): Promise<void>
  /** What was thrown out of a supervisor: always a mistake of ours. */
  failures(): readonly string[]
}

interface Running {
  readonly life: Life
  readonly service: Service
  readonly directory: Directory
  readonly died: Promise<'died'>
  stop(): Promise<void>
}

const restartMs = 5000
const pollMs = 30_000
const rehearsal = { everyMs: 60_000, sample: 'all' } as const
const rehearsalLookMs = 10_000
const leaseMs = 15_000
/** So long a caller waits for an answer before it asks another replica. */
const askMs = 20_000
const keep = { signalsMs: 90 * 86_400_000, recoveriesMs: 730 * 86_400_000 }

export function createProcesses(world: ProcessWorld): Processes {
  const { clock, ports } = world
  const failures: string[] = []
  const places: (Running | undefined)[] = Array.from({ length: world.replicas }, () => undefined)
  let segments: readonly SegmentConfig[] = [world.segment]
  let starts = 0
  let isStopping = false
  let rules = compiled(world.rules)

  async function start(place: number): Promise<void> {
    const owner = `process-${++starts}`
    const { life, died } = createLife(ports.clock, () => {
      places[place] = undefined
      world.crashed(world.plan.calls.at(-1))
      if (!isStopping) clock.after(restartMs, () => void start(place))
    })
    const begun = await Promise.race([launch(world, segments, owner, life, failures, () => rules), died])
    if (begun !== 'died') places[place] = { ...begun, life, died }
  }

  const pick = (replica: number | undefined): Running | undefined =>
    replica === undefined ? places.find(place => place !== undefined) : places[replica]

  return {
    start: async () => void (await Promise.all(places.map((_, place) => start(place)))),
    crash: replica => pick(replica)?.life.die(),
    pause: (ms, replica) => pick(replica)?.life.pause(ms),
    failures: () => failures,
    async reload(next) {
      if (next.rules !== undefined) rules = compiled(next.rules)
      segments = next.segments ?? segments
      await Promise.all(places.map(async place => await place?.directory.configure(segments, optionsOf(world))))
    },
    async stop() {
      isStopping = true
      // A fault may strike even now.
      await Promise.all(places.map(async place => await Promise.race([place?.stop(), place?.died])))
    },
    ask: question => askUntilAnswered(clock, places, question)
  }
}

async function askUntilAnswered<T>(
  clock: VirtualClock,
  places: readonly (Running | undefined)[],
  question: (service: Service) => Promise<T>
): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const at = places[tries % places.length]
    if (at !== undefined && !at.life.isPaused()) {
      const answer = await Promise.race([
        question(at.service).then(value => ({ value }), again),
        at.died,
        ...(places.length > 1 ? [clock.sleep(askMs).then(() => 'again' as const)] : [])
      ])
      if (answer !== 'died' && answer !== 'again') return answer.value
    }
    await clock.sleep(1000)
  }
  throw new Error('the service never came back')
}

function again(error: unknown): 'again' {
  if (error instanceof StoreUnavailable) return 'again'
  throw error
}

/** What the composition root does: ports, directory, supervisor and intake of one life. */
async function launch(
  world: ProcessWorld,
  segments: readonly SegmentConfig[],
  owner: string,
  life: Life,
  failures: string[],
  rules: () => Rules
): Promise<Pick<Running, 'service' | 'directory' | 'stop'>> {
  const { clock, plan, stateOf, late } = world
  const log = createLog(failures)
  const metrics = { phaseEnded() {}, moveEnded() {}, polled() {}, ruleDecided() {}, signalSettled() {} }
  const faulty = withFaults(world.ports, { plan, life, stateOf, late })
  const { cloud, fencing } = world.lawful(faulty, owner)
  const directory = createDirectory(segments, cloud, { ...optionsOf(world), log })
  const disbeliefs = createDisbeliefs(faulty, owner)
  const believed = believedFencing({ fencing, clock }, disbeliefs)
  const ports: Ports = { ...faulty, cloud, fencing: believed, policy: directory, log, metrics }
  await directory.refresh()
  const supervisor = createSupervisor(ports, {
    owner,
    ttlMs: leaseMs,
    concurrency: 16,
    machine: { steady: clock.now, wall: clock.now }
  })
  const abort = new AbortController()
  const work = supervisor.run(abort.signal)
  work.catch((error: unknown) => void failures.push(`the supervisor threw: ${messageOf(error)}`))
  const nudge = (recovery?: string): void => supervisor.nudge(recovery)
  const intake = createIntake(ports, directory, rules, nudge)
  const service = createService({ ports, directory, intake, nudge, dependencies: () => [] })
  const poll = createPoll(ports, directory, intake, { alarms: true, services: true, readAction })
  const periodic = standardDuties(ports, directory, intake, keep)
  if (world.polls) periodic.push({ name: 'poll', everyMs: pollMs, work: poll })
  const { work: rehearse } = createRehearsal({ ...faulty, log }, directory, disbeliefs, rehearsal)
  if (world.rehearses) periodic.push({ name: 'rehearsal', everyMs: rehearsalLookMs, everywhere: true, work: rehearse })
  const duties = runDuties(ports, { owner, ttlMs: leaseMs }, periodic, abort.signal)
  duties.catch((error: unknown) => void failures.push(`the duties threw: ${messageOf(error)}`))
  return {
    service,
    directory,
    async stop() {
      await supervisor.stop(10_000)
      abort.abort()
      await Promise.all([work, duties])
    }
  }
}

function optionsOf({ guards, limits }: ProcessWorld): Parameters<Directory['configure']>[1] {
  return { armed: true, guards, ...limits }
}

/** Every action points at us: `http://switchover/v1/alarms/HOST`. */
function readAction(url: string): { actor: string; host: string | undefined; isTest: boolean } {
  return { actor: 'aodh', host: url.split('/').at(-1), isTest: false }
}

/** What is logged as an error is a mistake of ours, and so is a finding; with `LOG=1` all is printed. */
function createLog(failures: string[]): Log {
  const print = (level: string, data: object, message: string): void => {
    if (process.env.LOG === '1') process.stderr.write(`${level} ${message} ${JSON.stringify(data)}\n`)
  }
  return {
    info: (data, message) => print('info', data, message),
    warn: (data, message) => print('warn', data, message),
    error(data, message) {
      const thrown: unknown = Reflect.get(data, 'err')
      failures.push(`${message}: ${Error.isError(thrown) ? (thrown.stack ?? thrown.message) : messageOf(thrown)}`)
      print('error', data, message)
    }
  }
}
