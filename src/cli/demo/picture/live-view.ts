import { ends } from '../../../core/recovery.ts'
import type { RecoveryView } from '../../../schemas/recovery.d.ts'
import type { Scene } from '../seen/scene.ts'
import { clip, type Line, span, spread, wrap } from '../terminal/paint.ts'
import { hostRows } from './host-rows.ts'
import { moveCells } from './move-cells.ts'
import { phaseRows } from './phase-rows.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** Less than this is no place for pictures: plain lines are printed there. */
export const smallest: Size = { width: 50, height: 20 }

/** Lines that are always there: title, story, states of one recovery, and what keeps them apart. */
const fixedLines = 14
const storyLines = 3
/** More of them would only push aside what is happening. */
const hostLinesMax = 13

/** The whole picture, never larger than `size`, so that it can be drawn in place. */
export function liveView(scene: Scene, size: Size): Line[] {
  const { width } = size
  const hosts = Math.max(4, Math.min(scene.hosts.length + 1, hostLinesMax, size.height - fixedLines - 2))
  const shown = foremost(scene.recoveries)
  const others = scene.recoveries.filter(recovery => recovery !== shown).map(recovery => inShort(recovery, width))
  const above = [title(scene, width), [], ...hostRows(scene.hosts, width, hosts), [], ...story(scene, width), []]
  const states = shown === undefined ? [] : [heading(shown, width), ...phaseRows(shown, scene.nowMs, width)]
  const left = size.height - above.length - states.length - others.length - 1
  const moves = moveCells(shown?.moveList ?? [], width, left - 1)
  const lines = [...above, ...states, ...others, ...(moves.length > 0 ? [[], ...moves] : [])]
  return lines.slice(0, size.height)
}

function title({ nowMs, startedAtMs }: Scene, width: number): Line {
  const elapsed = Math.floor((nowMs - startedAtMs) / 1000)
  const clock = `${Math.floor(elapsed / 60)}:${String(elapsed % 60).padStart(2, '0')}`
  return spread(
    [span(' Switchover', 'title'), span('  the real service, on an OpenStack in memory', 'dim')],
    [span(clock, 'dim')],
    width
  )
}

/** What was told last, in full, and before it what was told before; always as many lines, so that nothing jumps. */
function story({ story: told }: Scene, width: number): Line[] {
  const last = wrap(told.at(-1)?.text ?? '', width - 2)
  const before = told.slice(-storyLines, -1).map(({ text }) => clip([span(` ${text}`, 'dim')], width))
  const lines = [...before, ...last.map(text => [span(` ${text}`)])].slice(-storyLines)
  return [...lines, ...Array.from({ length: storyLines - lines.length }, () => [])]
}

/** The newest that is under way, else the newest. */
function foremost(recoveries: readonly RecoveryView[]): RecoveryView | undefined {
  return recoveries.findLast(recovery => !hasEnded(recovery)) ?? recoveries.at(-1)
}

function hasEnded({ state }: RecoveryView): boolean {
  return ends.some(end => end === state)
}

function heading(recovery: RecoveryView, width: number): Line {
  const { host, state } = recovery
  const tone = state === 'recovered' ? 'good' : hasEnded(recovery) || state === 'held' ? 'busy' : 'ours'
  return clip([span(` ${host} `, 'title'), span(hasEnded(recovery) ? state : `is being recovered`, tone)], width)
}

function inShort({ host, state, hold, reason }: RecoveryView, width: number): Line {
  const because = hold?.reason ?? reason
  return clip(
    [span(` ${host} `, 'title'), span(state), span(because === undefined ? '' : `: ${because}`, 'dim')],
    width
  )
}
