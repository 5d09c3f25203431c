import type { Received, Store } from '../../src/controller/ports/ports.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { hasEnded } from '../../src/core/recovery.ts'
import { befall } from '../../src/emulator/befall.ts'
import { isUnderWay } from '../../src/emulator/model/attempts.ts'
import type { World } from '../../src/emulator/model/world.ts'
import { isUse } from '../../src/emulator/use-server.ts'
import { helpFor } from './helper.ts'
import type { Case } from './laws/case.ts'
import { objectionToHold } from './laws/holds.ts'
import { tell } from './people.ts'
import type { Processes } from './processes.ts'
import { rowsOfDeed } from './random/fault-rows.ts'
import type { Meetings } from './random/fault-table.ts'
import { meet } from './random/fault-table.ts'
import type { Recorder } from './recorder.ts'
import type { Deed, Reload, Scenario, ScenarioEvent } from './scenario.ts'
import { segmentOf } from './scenario.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Stage {
  readonly scenario: Scenario
  readonly clock: VirtualClock
  readonly world: World
  readonly store: Store
  readonly recorder: Recorder
  readonly processes: Processes
  /** Which fault met which state. */
  readonly meetings: Meetings
  readonly case: Case & {
    readonly told: Map<string, number>
    readonly taken: string[]
    readonly touched: Map<string, number>
  }
  /** Events that are still to come, and deeds that are being done. */
  pending: number
}

/** It is over when nothing has moved for so long and nobody is at work: a held recovery looks at the world now and then. */
const quietMs = { held: 150_000, ended: 20_000, polled: 120_000, heldForNothing: 1_000_000 }

/** A hold after the other may have to be helped; a fault that comes twelve times may undo as many words. */
const helpMax = 16

/** Lets the events of the scenario happen until all is quiet. */
export async function play(stage: Stage): Promise<void> {
  const { recorder, processes, scenario } = stage
  await processes.start()
  for (const event of scenario.events) await schedule(stage, event)
  await becomeQuiet(stage, (scenario.untilSeconds ?? 3600) * 1000)
  for (let round = 0; scenario.helper === true && round < helpMax && heldOnes(stage).length > 0; round++) {
    for (const recovery of heldOnes(stage)) await help(stage, recovery)
    await becomeQuiet(stage, 3_600_000)
  }
  for (const { host, phase } of scenario.helper === true ? heldOnes(stage) : []) {
    const why = phase.state === 'held' ? `${phase.hold.code} (${phase.hold.reason})` : phase.state
    stage.case.book.breach('way-out', `${host} is held ${why}, and an operator has done all that it asks for`)
  }
  for (const failure of processes.failures()) {
    recorder.say(`the service failed: ${failure}`)
    stage.case.book.breach('no-mistake', failure)
  }
}

async function becomeQuiet(stage: Stage, limitMs: number): Promise<void> {
  const { clock, recorder } = stage
  const startMs = clock.now()
  let quietSinceMs = startMs
  for (let lines = 0; clock.now() - startMs < limitMs; ) {
    await clock.sleep(1000)
    stage.case.storms.look()
    if (recorder.log.length !== lines || stage.pending > 0 || isAtWork(stage)) quietSinceMs = clock.now()
    lines = recorder.log.length
    if (clock.now() - quietSinceMs > (await patienceMs(stage, clock.now() - quietSinceMs))) return
  }
}

function heldOnes({ recorder }: Stage): Recovery[] {
  return [...recorder.recoveries.values()].filter(recovery => recovery.phase.state === 'held')
}

async function help(stage: Stage, recovery: Recovery): Promise<void> {
  for (const deed of helpFor(stage.world, recovery, await stage.store.steps(recovery.id))) {
    await deal(stage, deed)
    await stage.clock.sleep(2000)
  }
}

/** What is held for nothing gets the time to find out by itself. */
async function patienceMs({ recorder, store, case: at, scenario }: Stage, quietForMs: number): Promise<number> {
  const held = [...recorder.recoveries.values()].filter(recovery => !hasEnded(recovery))
  const heldMs = scenario.quietSeconds === undefined ? quietMs.held : scenario.quietSeconds * 1000
  if (held.length === 0) {
    // Nova calls a host down after a minute, and the poll comes at its time.
    const endedMs = scenario.polls === true ? quietMs.polled : quietMs.ended
    if (quietForMs <= endedMs) return endedMs
    // A signal that waits for a look-up is looked up every 10 s.
    const { items } = await store.signals({ outcome: 'received', limit: 1 })
    return items.length > 0 ? quietMs.held : endedMs
  }
  if (quietForMs <= heldMs) return heldMs
  // A word that nobody has answered yet waits for a look that is under way.
  const waiting = await Promise.all(held.map(recovery => at.store.commands(recovery.id)))
  if (waiting.some(commands => commands.length > 0)) return quietMs.heldForNothing
  const objections = await Promise.all(held.map(recovery => objectionToHold(at, recovery)))
  return objections.some(objection => objection !== undefined) ? quietMs.heldForNothing : heldMs
}

/** A recovery is driven, or Nova is at work still. */
function isAtWork({ recorder, world, case: at }: Stage): boolean {
  const recoveries = [...recorder.recoveries.values()]
  return (
    at.chronicle.isWaiting() ||
    recoveries.some(recovery => recovery.phase.state !== 'held' && !hasEnded(recovery)) ||
    [...world.attempts].some(attempt => isUnderWay(world, attempt))
  )
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
    .catch((error: unknown) => void stage.case.book.breach('no-mistake', `${event.do}: ${String(error)}`))
    .finally(() => void stage.pending--)
}

async function deal(stage: Stage, event: Deed): Promise<void> {
  const { recorder, processes, world, store } = stage
  if (event.do === 'reload') return await reload(stage, event)
  for (const [row, { phase }] of rowsOfDeed(event, recorder.recoveries.values(), world))
    meet(stage.meetings, row, phase.state)
  const subject = subjectOf(event)
  const line = `* ${event.do}${subject === '' ? '' : ` ${subject}`}`
  if (isUse(event)) stage.case.touched.set(event.server, stage.clock.now())
  if (event.do === 'addServer') stage.case.touched.set(event.server.name, stage.clock.now())
  if (befall(world, event)) {
    stage.case.chronicle.note(event.do, subject)
    return recorder.say(line)
  }
  if (event.do === 'crash') return processes.crash(event.replica)
  if (event.do === 'pause') {
    stage.case.chronicle.stands(event.seconds * 1000)
    processes.pause(event.seconds * 1000, event.replica)
    return recorder.say(`* pause for ${event.seconds} s`)
  }
  const key = `${event.do} ${subject} ${stage.clock.now()}`
  const hear = (received: Received): void => hearOf(stage, event, received)
  // A caller whose connection is cut asks again: Aodh would not, but the poll does.
  const answer = await processes.ask(service => tell(service, { store, world, hear }, event, key))
  stage.case.chronicle.note(event.do, subject)
  recorder.say(`${line}${answer === undefined ? '' : ` -> ${answer}`}`)
}

/** Of the segment the laws go on by the configuration of the beginning; the rules they follow. */
async function reload({ processes, recorder, scenario, case: at }: Stage, file: Reload): Promise<void> {
  const { segment } = file
  const next = segment === 'gone' ? [] : [segmentOf({ ...scenario, segment: { ...scenario.segment, ...segment } })]
  if (file.rules !== undefined) at.ruled.loaded(file)
  await processes.reload({
    ...(segment !== undefined && { segments: next }),
    ...(file.rules !== undefined && { rules: file })
  })
  recorder.say('* reload')
}

/** What was taken must not be lost from now on. */
function hearOf({ case: at, clock }: Stage, deed: Deed, received: Received): void {
  at.taken.push(received.signal)
  if (deed.do === 'alarm' || deed.do === 'trigger') at.told.set(deed.host, clock.now())
}

function subjectOf(deed: Deed): string {
  if ('service' in deed) return deed.service
  return 'of' in deed ? deed.of : 'host' in deed ? deed.host : 'server' in deed ? deed.server : ''
}
