import { createService } from '../../src/controller/create-service.ts'
import type { SegmentConfig } from '../../src/controller/directory.ts'
import { createDirectory } from '../../src/controller/directory.ts'
import { runDuties, standardDuties } from '../../src/controller/duties.ts'
import { createIntake } from '../../src/controller/intake.ts'
import type { Alarms, Cloud, Fencing, Log, Ports, Probe, Store } from '../../src/controller/ports.ts'
import type { Service } from '../../src/controller/service.ts'
import { createSupervisor } from '../../src/controller/supervisor.ts'
import type { Rules } from '../../src/core/rules.ts'
import { compileRules } from '../../src/core/rules.ts'
import { messageOf, StoreUnavailable } from '../../src/errors.ts'
import type { FaultPlan, Life } from './faults.ts'
import { withFaults } from './faults.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface ProcessWorld {
  readonly clock: VirtualClock
  readonly cloud: Cloud
  readonly alarms: Alarms
  readonly fencing: Fencing
  readonly probe: Probe
  readonly store: Store
  readonly plan: FaultPlan
  readonly segment: SegmentConfig
  readonly limits: { readonly recoveriesPerHour: number; readonly movesInFlight: number }
  /** A process died, at this call if a fault struck it. */
  crashed(call: string | undefined): void
}

/** The service under test: one process after the other on the same store, as a supervisor of the system would start them. */
export interface Processes {
  start(): Promise<void>
  stop(): Promise<void>
  crash(): void
  /** Asks the running process; when it dies meanwhile or can't write, asks again. */
  ask<T>(question: (service: Service) => Promise<T>): Promise<T>
  /** What was thrown out of a supervisor: always a mistake of ours. */
  failures(): readonly string[]
}

interface Running {
  readonly life: Life
  readonly service: Service
  readonly died: Promise<'died'>
  stop(): Promise<void>
}

const restartMs = 5000
const leaseMs = 15_000
const keep = { signalsMs: 90 * 86_400_000, recoveriesMs: 730 * 86_400_000 }

export function createProcesses(world: ProcessWorld): Processes {
  const failures: string[] = []
  let running: Running | undefined
  let starts = 0
  let stopping = false

  async function start(): Promise<void> {
    const owner = `process-${++starts}`
    const { life, died } = createLife(() => {
      running = undefined
      world.crashed(world.plan.calls.at(-1))
      if (!stopping) world.clock.after(restartMs, () => void start())
    })
    const begun = await Promise.race([launch(world, owner, life, failures), died])
    if (begun !== 'died') running = { ...begun, life, died }
  }

  return {
    start,
    crash: () => running?.life.die(),
    failures: () => failures,
    async stop() {
      stopping = true
      await running?.stop()
    },
    ask: question => askUntilAnswered(world.clock, () => running, question)
  }
}

async function askUntilAnswered<T>(
  clock: VirtualClock,
  running: () => Running | undefined,
  question: (service: Service) => Promise<T>
): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const at = running()
    if (at !== undefined) {
      const answer = await Promise.race([question(at.service).then(value => ({ value }), again), at.died])
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

function createLife(onDeath: () => void): { life: Life; died: Promise<'died'> } {
  const { promise, resolve } = Promise.withResolvers<'died'>()
  let alive = true
  const life: Life = {
    alive: () => alive,
    die() {
      if (!alive) return
      alive = false
      onDeath()
      resolve('died')
    }
  }
  return { life, died: promise }
}

/** What the composition root does: ports, directory, supervisor and intake of one life. */
async function launch(
  world: ProcessWorld,
  owner: string,
  life: Life,
  failures: string[]
): Promise<Pick<Running, 'service' | 'stop'>> {
  const { clock, segment, limits } = world
  const silent = {
    clock,
    cloud: world.cloud,
    alarms: world.alarms,
    fencing: world.fencing,
    probe: world.probe,
    store: world.store
  }
  const log = createLog(failures)
  const metrics = { phaseEnded() {}, moveEnded() {} }
  const faulty = withFaults(silent, world.plan, life)
  const directory = createDirectory([segment], faulty.cloud, { armed: true, approvalMinutes: 60, log, ...limits })
  const ports: Ports = { ...faulty, policy: directory, log, metrics }
  await directory.refresh()
  const supervisor = createSupervisor(ports, { owner, ttlMs: leaseMs, concurrency: 16 })
  const abort = new AbortController()
  const work = supervisor.run(abort.signal)
  work.catch((error: unknown) => void failures.push(`the supervisor threw: ${messageOf(error)}`))
  const nudge = (recovery?: string): void => supervisor.nudge(recovery)
  const intake = createIntake(ports, directory, noRules(), nudge)
  const service = createService({ ports, directory, intake, nudge, dependencies: () => [] })
  const duties = runDuties(ports, owner, standardDuties(ports, directory, intake, keep), abort.signal)
  duties.catch((error: unknown) => void failures.push(`the duties threw: ${messageOf(error)}`))
  return {
    service,
    async stop() {
      await supervisor.stop(10_000)
      abort.abort()
      await Promise.all([work, duties])
    }
  }
}

function noRules(): Rules {
  const compiled = compileRules([])
  if ('mistakes' in compiled) throw new Error(compiled.mistakes.join())
  return compiled.ok
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
