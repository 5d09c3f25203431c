import { befall } from '../../../emulator/befall.ts'
import type { ScenarioEvent } from '../../../emulator/scenario-event.ts'
import { isSettled } from '../demo-act.ts'
import { enteredBy } from '../seen/journey.ts'
import type { Scene } from '../seen/scene.ts'
import type { Watch } from '../seen/watch.ts'
import type { Stage } from '../stage/stage.ts'
import type { Scenario } from './read-scenario.ts'
import { speak } from './speak.ts'

/**
 * It is over when everything that was to happen has happened, and nothing has moved for so long: all has ended, something waits
 * for a person, or something may yet go on by itself. That is said after `hint`.
 */
const quietMs = { ended: 5000, hint: 10_000, person: 30_000, world: 240_000 }
const untilSecondsUsual = 3600

/** Lets the events happen at their time, in real time. Crashes are left out. */
export async function playScenario(scenario: Scenario, stage: Stage, watch: Watch): Promise<void> {
  await watch.until(async () => (await stage.api.segments()).length > 0 || undefined)
  await stage.api.arm(isArmed(scenario), 'as the scenario begins')
  watch.tell(`the scenario begins; it is ${isArmed(scenario) ? 'armed' : 'observing'}`)
  const beganMs = watch.scene().nowMs
  const open = new Set(scenario.events.filter(event => event.do !== 'crash'))
  let lines = 0
  let quietSinceMs = beganMs
  let isHintGiven = false
  await watch.until(async scene => {
    for (const event of [...open].filter(one => isDue(one, scene, beganMs))) {
      open.delete(event)
      await happen(event, stage, watch)
    }
    const now = lineCount(scene)
    if (now !== lines || [...open].some(event => isStillToCome(event, scene))) quietSinceMs = scene.nowMs
    const quietForMs = scene.nowMs - quietSinceMs
    if (!isHintGiven && quietForMs > quietMs.hint && isHeld(scene)) {
      isHintGiven = true
      watch.tell('it is held: the demo waits a while for what may go on by itself, and Ctrl-C ends it')
    }
    lines = now
    const isLate = scene.nowMs - beganMs > (scenario.untilSeconds ?? untilSecondsUsual) * 1000
    return isLate || isOver(scene, quietForMs) || undefined
  })
}

function isArmed({ segment }: Scenario): boolean {
  return segment?.armed ?? true
}

function isDue(event: ScenarioEvent, scene: Scene, beganMs: number): boolean {
  const dueMs = 'at' in event ? beganMs + event.at * 1000 : momentOf(event, scene)
  return dueMs !== undefined && scene.nowMs >= dueMs
}

/** When the host's recovery first got into the state that the event waits for, and what `after` adds. */
function momentOf(
  event: { readonly when: string; readonly after?: number },
  { recoveries }: Scene
): number | undefined {
  const [host, state] = event.when.split(': ')
  const moments = recoveries
    .filter(recovery => recovery.host === host)
    .flatMap(({ openedAtMs, timeline }) => [
      ...(state === 'confirming' ? [openedAtMs] : []),
      ...timeline.filter(line => enteredBy(line) === state).map(line => line.atMs)
    ])
  return moments.length === 0 ? undefined : Math.min(...moments) + (event.after ?? 0) * 1000
}

/** What waits for a state that never comes must not keep the scenario from ending. */
function isStillToCome(event: ScenarioEvent, scene: Scene): boolean {
  return 'at' in event || momentOf(event, scene) !== undefined
}

async function happen(event: ScenarioEvent, stage: Stage, watch: Watch): Promise<void> {
  const subject = 'of' in event ? event.of : 'host' in event ? event.host : 'server' in event ? event.server : ''
  const answer = befall(stage.world, event) ? undefined : await speak(event, stage, watch)
  watch.tell(`* ${event.do}${subject === '' ? '' : ` ${subject}`}${answer === undefined ? '' : `: ${answer}`}`)
}

function lineCount({ recoveries }: Scene): number {
  return recoveries.reduce((sum, { timeline }) => sum + timeline.length, 0)
}

function isHeld({ recoveries }: Scene): boolean {
  return recoveries.some(({ state }) => state === 'held')
}

function isOver({ recoveries }: Scene, quietForMs: number): boolean {
  if (recoveries.some(recovery => recovery.state !== 'held' && !isSettled(recovery))) return false
  const holds = recoveries.flatMap(({ hold }) => hold ?? [])
  if (holds.some(({ releasedBy }) => releasedBy === 'world')) return quietForMs > quietMs.world
  return quietForMs > (holds.length > 0 || recoveries.length === 0 ? quietMs.person : quietMs.ended)
}
