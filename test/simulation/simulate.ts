import type { Store } from '../../src/controller/ports.ts'
import { hasEnded } from '../../src/core/recovery.ts'
import { befall } from '../../src/emulator/befall.ts'
import type { CloudModel } from '../../src/emulator/cloud-model.ts'
import { createCloudModel } from '../../src/emulator/cloud-model.ts'
import type { World } from '../../src/emulator/model/world.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Fault } from './faults.ts'
import { createFaultPlan } from './faults.ts'
import type { Readings } from './laws.ts'
import { checkEnd, lawfulCloud, watchDeeds, watchReadings } from './laws.ts'
import { tell } from './people.ts'
import type { Processes } from './processes.ts'
import { createProcesses } from './processes.ts'
import type { Recorder } from './recorder.ts'
import { createRecorder } from './recorder.ts'
import type { Scenario, ScenarioEvent } from './scenario.ts'
import { segmentOf } from './scenario.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** How a simulation went. */
export interface Run {
  /** One line for each change of state, end of a move, event of the scenario and command. */
  readonly log: readonly string[]
  /** What people were told: `held compute-01`, `ended compute-01`. */
  readonly notices: readonly string[]
  /** Laws that were broken; empty when all is well. */
  readonly findings: readonly string[]
  /** Host → how its newest recovery ended: `recovered`, `held no-target`, … */
  readonly ends: Readonly<Record<string, string>>
  /** Every call of a port, in order. */
  readonly calls: readonly string[]
  readonly world: World
}

/** It is over when nothing has moved for so long and nobody is at work: a held recovery looks at the world now and then. */
const quietMs = { held: 150_000, ended: 20_000 }

interface Stage {
  readonly scenario: Scenario
  readonly clock: VirtualClock
  readonly model: CloudModel
  readonly store: Store
  readonly recorder: Recorder
  readonly processes: Processes
  /** Events that are still to come, and deeds that are being done. */
  pending: number
}

/** Plays a scenario from beginning to end in virtual time; `faults` come on top of its own. */
export async function simulate(scenario: Scenario, faults: readonly Fault[] = []): Promise<Run> {
  const clock = createVirtualClock()
  const model = createCloudModel(clock, scenario.world)
  const store = await openStore('file::memory:', { clock })
  const recorder = createRecorder(store, clock)
  clock.watch(recorder.busy)
  const plan = createFaultPlan([...(scenario.faults ?? []), ...faults])
  const segment = segmentOf(scenario)
  const spares = 'names' in segment.spares ? segment.spares.names : []
  const readings: Readings = new Map()
  watchDeeds(model.world, recorder, spares)
  const processes = createProcesses({
    clock,
    cloud: lawfulCloud(model.cloud, model.world, recorder, readings),
    alarms: model.alarms,
    fencing: watchReadings(model.fencing, readings),
    probe: model.probe,
    store: recorder.store,
    plan,
    segment,
    limits: { recoveriesPerHour: 10, movesInFlight: 30, ...scenario.limits },
    crashed: call => recorder.say(`the service dies${call === undefined ? '' : ` at ${call}`}`)
  })
  const stage: Stage = { scenario, clock, model, store, recorder, processes, pending: 0 }
  try {
    await clock.run(play(stage))
    await checkEnd(model.world, recorder, store, spares)
  } finally {
    await store.close()
  }
  return {
    log: recorder.log,
    notices: recorder.notices,
    findings: model.world.findings,
    ends: endsOf(recorder),
    calls: plan.calls,
    world: model.world
  }
}

async function play(stage: Stage): Promise<void> {
  const { clock, recorder, processes, scenario } = stage
  await processes.start()
  for (const event of scenario.events) await schedule(stage, event)
  const untilSeconds = scenario.untilSeconds ?? 3600
  let quietSinceMs = clock.now()
  for (let lines = 0; clock.seconds() < untilSeconds; ) {
    await clock.sleep(1000)
    if (recorder.log.length !== lines || stage.pending > 0 || isAtWork(recorder)) quietSinceMs = clock.now()
    lines = recorder.log.length
    const limitMs = [...recorder.recoveries.values()].every(hasEnded) ? quietMs.ended : quietMs.held
    if (clock.now() - quietSinceMs > limitMs) break
  }
  for (const failure of processes.failures()) recorder.say(`the service failed: ${failure}`)
  stage.model.world.findings.push(...processes.failures())
  await processes.stop()
}

function isAtWork(recorder: Recorder): boolean {
  return [...recorder.recoveries.values()].some(recovery => recovery.phase.state !== 'held' && !hasEnded(recovery))
}

async function schedule(stage: Stage, event: ScenarioEvent): Promise<void> {
  if ('at' in event) {
    stage.pending++
    stage.clock.after(event.at * 1000 - stage.clock.seconds() * 1000, () => happen(stage, event))
    return
  }
  const [host, state] = event.when.split(': ')
  let isFirst = true
  stage.recorder.onState((atHost, entered) => {
    if (!isFirst || atHost !== host || entered !== state) return
    isFirst = false
    stage.pending++
    stage.clock.after((event.after ?? 0) * 1000, () => happen(stage, event))
  })
}

function happen(stage: Stage, event: ScenarioEvent): void {
  void deal(stage, event)
    .catch((error: unknown) => void stage.model.world.findings.push(`${event.do}: ${String(error)}`))
    .finally(() => void stage.pending--)
}

async function deal(stage: Stage, event: ScenarioEvent): Promise<void> {
  const { recorder, processes, model, store } = stage
  const subject = 'of' in event ? event.of : 'host' in event ? event.host : 'server' in event ? event.server : ''
  const line = `* ${event.do}${subject === '' ? '' : ` ${subject}`}`
  if (befall(model.world, event)) return recorder.say(line)
  if (event.do === 'crash') return processes.crash()
  const key = `${event.do} ${subject} ${stage.clock.now()}`
  // A caller whose connection is cut asks again: Aodh would not, but the poll does.
  const answer = await processes.ask(service => tell(service, store, model.world, event, key))
  recorder.say(`${line}${answer === undefined ? '' : ` -> ${answer}`}`)
}

function endsOf(recorder: Recorder): Record<string, string> {
  const ends: Record<string, string> = {}
  for (const { host, phase } of recorder.recoveries.values()) {
    ends[host] = phase.state === 'held' ? `held ${phase.hold.code}` : phase.state
  }
  return ends
}
