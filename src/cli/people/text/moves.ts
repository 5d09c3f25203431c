import type { MoveView, PlanView, RecoveryView } from '../../../schemas/recovery.d.ts'
import { withNames } from '../../with-names.ts'
import { type Line, line, rows, type Section } from '../layout.ts'
import { ago, clockTime, lasted, withClockTimes } from '../times.ts'

/** So many lines of a list are read; `all` shows the rest. */
const movesMax = 20
const timelineMax = 15

/** Where the servers are to go, which stay, and which hosts were not taken. */
export function planOf(plan: PlanView | undefined): Section {
  if (plan === undefined) return { label: 'plan', lines: [line('none')] }
  const { moves, staying, targets, refused, estimatedSeconds } = plan
  const takes = moves.length === 0 ? '' : `, in about ${lasted(estimatedSeconds * 1000)}`
  const summary = `${serversOf(moves.length)} to ${targets.join(', ') || 'no target'}${takes}; ${staying.length} stay`
  return {
    label: 'plan',
    lines: [
      line(summary),
      ...rows(staying.map(({ name, reason }) => ['  stays', name, reason])),
      ...rows(Object.entries(refused).map(([host, because]) => ['  not taken', host, because]))
    ]
  }
}

export function serversOf(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`
}

/** What needs eyes comes first, what is done last. */
const order: readonly MoveView['state'][] = ['failed', 'sending', 'moving', 'restoring', 'gone', 'waiting', 'arrived']

/** Each server that moves, and how far it has come. */
export function movesOf({ moveList }: RecoveryView, nowMs: number, all: boolean): Section {
  const moving = moveList.filter(({ state }) => state !== 'stays')
  const counts = order.flatMap(state => {
    const count = moving.filter(move => move.state === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  const sorted = [...moving].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  const shown = all ? sorted : sorted.slice(0, movesMax)
  const more = sorted.length - shown.length
  return {
    label: 'moves',
    lines: [
      ...(counts.length === 0 ? [] : [line(counts.join(', '))]),
      ...rows(shown.map(move => moveRow(move, nowMs))),
      ...(more === 0 ? [] : [line(`  … and ${more} more: --all`)])
    ]
  }
}

function moveRow(
  { name, server, state, target, attempts, beganAtMs, endedAtMs, reason }: MoveView,
  nowMs: number
): string[] {
  const details = [
    ...(attempts > 1 ? [`attempt ${attempts}`] : []),
    ...(beganAtMs === undefined
      ? []
      : [endedAtMs === undefined ? `for ${lasted(nowMs - beganAtMs)}` : `in ${lasted(endedAtMs - beganAtMs)}`]),
    ...(reason === undefined ? [] : [reason])
  ]
  return [`  ${name ?? server}`, state, target ?? '-', details.join(', ')]
}

/** Its newest lines at the end, where the eye is; servers by their names. */
export function timelineOf(view: RecoveryView, nowMs: number, all: boolean): Section {
  const shown = all ? view.timeline : view.timeline.slice(-timelineMax)
  const left = view.timeline.length - shown.length
  const earlier: Line[] = left === 0 ? [] : [line(`… ${left} earlier: --all`)]
  const last = view.timeline.at(-1)
  const end: Line[] =
    last === undefined ? [] : [line(`${clockTime(nowMs, nowMs)} UTC is now; the last was ${ago(last.atMs, nowMs)}`)]
  return {
    label: 'timeline',
    lines: [
      ...earlier,
      ...rows(shown.map(({ atMs, text }) => [clockTime(atMs, nowMs), withClockTimes(withNames(text, view), nowMs)])),
      ...end
    ]
  }
}
