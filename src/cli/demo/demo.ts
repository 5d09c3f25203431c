import { writeFileSync } from 'node:fs'
import type { WriteStream } from 'node:tty'
import { systemClock as clock } from '../../clock.ts'
import type { Environment } from '../../config/read-yaml.ts'
import type { Act } from './act.ts'
import { demoAct } from './demo-act.ts'
import { Interrupted, interruptible } from './interruptible.ts'
import type { DemoOptions } from './options.ts'
import { cameraWidth, createCamera } from './picture/camera.ts'
import { scenarioAct } from './scenario/scenario-act.ts'
import { countGuests, type GuestWatch, watchGuests } from './seen/guest-watch.ts'
import { createWatch, type Watch } from './seen/watch.ts'
import { type Stage, setStage } from './stage/stage.ts'
import { createOutput, type Output } from './terminal/output.ts'
import { span } from './terminal/paint.ts'
import { svgOf } from './terminal/svg.ts'
import { type Outcome, reportLines, standingLines } from './text/report.ts'
import { wordsToPlayWith } from './text/words-to-play-with.ts'

export interface DemoSurroundings {
  readonly env: Environment
  readonly out: WriteStream
  readonly version: string
}

/**
 * Shows the main job on a cloud in memory. Answers the exit status: 0 if everything ended as it should and no guest ran
 * twice, 1 if not, 130 and the like if it was interrupted. It leaves nothing behind.
 */
export async function demo(options: DemoOptions, surroundings: DemoSurroundings): Promise<number> {
  const undo = new AsyncDisposableStack()
  const stop = interruptible(undo, surroundings.out)
  try {
    return await perform(options, surroundings, undo, stop)
  } catch (error) {
    if (error instanceof Interrupted) return error.status
    throw error
  } finally {
    await undo.disposeAsync()
  }
}

async function perform(
  options: DemoOptions,
  { env, out, version }: DemoSurroundings,
  undo: AsyncDisposableStack,
  stop: AbortController
): Promise<number> {
  const output = createOutput(out, { plain: options.plain, env })
  undo.defer(() => output.endPicture())
  const act = options.scenario === undefined ? demoAct(options, output.paceMs) : scenarioAct(options.scenario)
  output.print([[span(' An OpenStack is made in memory, and the service starts beside it …', 'dim')]])
  const stage = await setStage({ ...act, port: options.port ?? 0, version }, undo, stop)
  const guests = watchGuests(stage.world)
  undo.defer(() => guests.stop())
  const camera = createCamera()
  const show: Output['show'] = scene => {
    output.show(scene)
    camera.look(scene)
  }
  const watch = createWatch({ clock, api: stage.api, world: stage.world, spares: act.spares, show, stop: stop.signal })
  stage.world.listeners.push(({ alarm, url }) =>
    watch.tell(`Aodh POSTs the alarm ${alarm.name} to ${new URL(url).pathname}`)
  )
  await act.play(stage, watch)
  const outcome = await outcomeOf(act, stage, watch, guests)
  output.endPicture()
  output.print([[], ...reportLines(outcome, output.width)])
  if (options.capture !== undefined) {
    const picture = camera.picture(standingLines(outcome, cameraWidth), outcome.nowMs)
    writeFileSync(options.capture, svgOf(picture, 'Switchover recovers a host: the demo in a terminal'))
  }
  if (!options.serve) output.print([[], [span(' To play with it yourself: npm run demo -- --serve', 'dim')]])
  else await stayUp(stage, watch, guests, output)
  return outcome.complaints.length === 0 ? 0 : 1
}

async function outcomeOf(act: Act, stage: Stage, watch: Watch, guests: GuestWatch): Promise<Outcome> {
  const scene = await watch.look()
  guests.look()
  const count = countGuests(stage.world)
  const segments = await stage.api.segments()
  const twice = guests.twice()
  return {
    ...scene,
    guests: count,
    samples: guests.samples(),
    twice,
    segments: segments.map(({ name, spareLeft, spares }) => ({
      name,
      spareLeft,
      sparesReady: spares.filter(spare => spare.ready).length
    })),
    complaints: [...act.complaints(scene, count), ...twice]
  }
}

/** Until somebody ends it, a line is printed for whatever happens, and for a guest that runs twice. */
async function stayUp(stage: Stage, watch: Watch, guests: GuestWatch, output: Output): Promise<void> {
  const { hosts } = watch.scene()
  const well = hosts.filter(host => host.state === 'up' && !host.isSpare).map(({ name }) => name)
  const failed = hosts.find(host => host.state !== 'up')
  output.print(wordsToPlayWith(stage, well, failed?.name ?? ''))
  let told = guests.twice().length
  try {
    await watch.until(() => {
      for (const sentence of guests.twice().slice(told)) watch.tell(`TWICE: ${sentence}`)
      told = guests.twice().length
      return undefined
    })
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
  }
}
