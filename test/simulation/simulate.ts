import type { Store } from '../../src/controller/ports/ports.ts'
import { createCloudModel } from '../../src/emulator/cloud-model.ts'
import type { World } from '../../src/emulator/model/world.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Fault } from './faults.ts'
import { createFaultPlan } from './faults.ts'
import { checkEnd } from './laws/at-the-end.ts'
import type { Chronicle } from './laws/chronicle.ts'
import { createChronicle } from './laws/chronicle.ts'
import { watchClosings } from './laws/closings.ts'
import { watchCommits } from './laws/commits.ts'
import { lawfulPorts, watchDeeds } from './laws/deeds.ts'
import { drivenBy, watchDrivers } from './laws/drivers.ts'
import { watchEvacuations } from './laws/evacuations.ts'
import { judgeTruth, watchProofs } from './laws/excuses.ts'
import { watchFences } from './laws/fences.ts'
import type { Breach } from './laws/law-book.ts'
import { createLawBook } from './laws/law-book.ts'
import { checkLeftovers } from './laws/leftovers.ts'
import { watchMoved } from './laws/moved.ts'
import { watchPauses } from './laws/pauses.ts'
import { watchPeople } from './laws/people.ts'
import type { Readings } from './laws/readings.ts'
import { watchReadings } from './laws/readings.ts'
import { watchRules } from './laws/ruled.ts'
import { watchSignals } from './laws/signals.ts'
import { watchStorms } from './laws/storms.ts'
import { watchTries } from './laws/tries.ts'
import { watchVerdicts } from './laws/verdicts.ts'
import type { Stage } from './play.ts'
import { play } from './play.ts'
import { createProcesses } from './processes.ts'
import { rowOfFault } from './random/fault-rows.ts'
import type { Meetings } from './random/fault-table.ts'
import { meet } from './random/fault-table.ts'
import type { Recorder } from './recorder.ts'
import { createRecorder } from './recorder.ts'
import type { Scenario } from './scenario.ts'
import { segmentOf } from './scenario.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** How a simulation went. */
export interface Run {
  /** One line for each change of state, end of a move, event of the scenario and command. */
  readonly log: readonly string[]
  /** What people were told: `held compute-01`, `ended compute-01`. */
  readonly notices: readonly string[]
  /** Laws that were broken; empty when all is well. */
  readonly breaches: readonly Breach[]
  /** The same, a line each. */
  readonly findings: readonly string[]
  /** Host → how its newest recovery ended: `recovered`, `held no-target`, … */
  readonly ends: Readonly<Record<string, string>>
  /** Every call of a port, in order. */
  readonly calls: readonly string[]
  /** Which fault met which state of a recovery, and how often. */
  readonly meetings: Meetings
  readonly world: World
}

/** Plays a scenario from beginning to end in virtual time; `faults` come on top of its own. */
export async function simulate(scenario: Scenario, faults: readonly Fault[] = []): Promise<Run> {
  const clock = createVirtualClock()
  const model = createCloudModel(clock, scenario.world)
  const store = await openStore('file::memory:', { clock })
  const recorder = createRecorder(store, clock)
  clock.watch(recorder.busy)
  const meetings: Meetings = new Map()
  const chronicle = createChronicle(model.world)
  const plan = createFaultPlan([...(scenario.faults ?? []), ...faults], clock, (fault, name, state) => {
    chronicle.struck(fault)
    if (state !== undefined) meet(meetings, rowOfFault(fault, name), state)
  })
  const limits = { recoveriesPerHour: 10, movesInFlight: 30, approvalMinutes: 60, ...scenario.limits }
  const guards = { bmcNetwork: true, siteStartMs: 0, otherTools: ['masakari', 'instanceha'], ...scenario.guards }
  const at = openCase(model.world, recorder, store, chronicle, scenario, { limits, guards })
  const drivers = watchDrivers(recorder)
  const processes = createProcesses({
    ports: {
      clock,
      cloud: at.said.watched(model.cloud),
      alarms: model.alarms,
      fencing: watchReadings(model.fencing, model.world, at.readings),
      probe: model.probe,
      store: recorder.store
    },
    clock,
    plan,
    segment: at.segment,
    rules: scenario,
    limits,
    guards,
    replicas: scenario.replicas ?? 1,
    polls: scenario.polls === true,
    rehearses: scenario.rehearses === true,
    stateOf: recovery => recorder.recoveries.get(recovery)?.phase.state,
    lawful: (ports, owner) => drivenBy(lawfulPorts(ports, at), owner, drivers, at.book),
    late: (_, args) => {
      for (const word of args) if (typeof word === 'string') at.excuses.late.add(word.replace(/^service-/, ''))
    },
    crashed: call => recorder.say(`the service dies${call === undefined ? '' : ` at ${call}`}`)
  })
  try {
    await clock.run(
      play({ scenario, clock, world: model.world, store, recorder, processes, meetings, case: at, pending: 0 })
    )
    judgeTruth(model.world, at.excuses, at.book)
    await checkEnd(at)
    await checkLeftovers(at)
    await clock.run(processes.stop())
  } finally {
    await store.close()
  }
  const { breaches } = at.book
  return {
    log: recorder.log,
    notices: recorder.notices,
    breaches,
    findings: breaches.map(({ law, seconds, sentence }) => `${seconds}: ${law}: ${sentence}`),
    ends: endsOf(recorder),
    calls: plan.calls,
    meetings,
    world: model.world
  }
}

/** Lets the laws look on from the beginning. */
function openCase(
  world: World,
  recorder: Recorder,
  store: Store,
  chronicle: Chronicle,
  scenario: Scenario,
  settings: Pick<Stage['case'], 'limits' | 'guards'>
): Stage['case'] {
  const segment = segmentOf(scenario)
  const spares = 'names' in segment.spares ? segment.spares.names : []
  const book = createLawBook(world)
  const readings: Readings = new Map()
  const at = {
    world,
    recorder,
    store,
    book,
    readings,
    segment,
    ...settings,
    polls: scenario.polls === true,
    rehearses: scenario.rehearses === true,
    chronicle,
    said: watchSignals(world, recorder, book),
    ruled: watchRules({ world, recorder, book, chronicle, settings: segment.settings, spares }, scenario),
    pauses: watchPauses(recorder, world),
    moved: watchMoved(recorder),
    storms: watchStorms(world, segment),
    excuses: watchProofs(world, recorder, book, readings, {
      ladder: segment.fencing,
      rehearses: scenario.rehearses === true
    }),
    spares,
    told: new Map<string, number>(),
    taken: [],
    touched: new Map<string, number>()
  }
  watchDeeds(at)
  watchClosings(at)
  watchFences(at)
  watchVerdicts(at)
  watchEvacuations(at)
  watchCommits(at)
  watchTries(at)
  watchPeople(at)
  return at
}

function endsOf(recorder: Recorder): Record<string, string> {
  const ends: Record<string, string> = {}
  for (const { host, phase } of recorder.recoveries.values()) {
    ends[host] = phase.state === 'held' ? `held ${phase.hold.code}` : phase.state
  }
  return ends
}
