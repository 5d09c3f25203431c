import type { RecoveryView } from '../../../schemas/recovery.d.ts'
import { journeyOf, type Leg } from '../seen/journey.ts'
import { type Line, span, spread, type Tone } from '../terminal/paint.ts'

const barWidth = 24
const marks: Readonly<Record<Leg['progress'], { readonly sign: string; readonly tone: Tone }>> = {
  todo: { sign: '·', tone: 'dim' },
  now: { sign: '▸', tone: 'busy' },
  held: { sign: '‖', tone: 'busy' },
  done: { sign: '✓', tone: 'good' }
}

/** A line for each state of the recovery: what came of it, what it is doing, or what it will do. */
export function phaseRows(recovery: RecoveryView, nowMs: number, width: number): Line[] {
  return journeyOf(recovery, nowMs).map(leg => {
    const { sign, tone } = marks[leg.progress]
    const name = span(` ${leg.state.padEnd(10)}  `, leg.progress === 'todo' ? 'dim' : undefined)
    const took = leg.tookMs === undefined ? [] : [span(seconds(leg.tookMs).padStart(7), 'dim')]
    return spread([span(` ${sign}`, tone), name, ...told(leg, recovery)], took, width)
  })
}

function told(leg: Leg, recovery: RecoveryView): Line {
  const isUnderWay = leg.progress === 'now' || leg.progress === 'held'
  const bar = leg.state === 'moving' && isUnderWay ? barOf(recovery) : []
  if (leg.progress === 'held') return [...bar, span(leg.text, 'busy')]
  if (bar.length > 0) return bar
  return [span(leg.text, leg.progress === 'todo' ? 'dim' : undefined)]
}

function barOf({ moveList }: RecoveryView): Line {
  const ended = moveList.filter(move => ['arrived', 'gone', 'stays', 'failed'].includes(move.state)).length
  if (moveList.length === 0) return []
  const filled = Math.round((barWidth * ended) / moveList.length)
  return [
    span('━'.repeat(filled), 'good'),
    span('─'.repeat(barWidth - filled), 'dim'),
    span(`  ${ended} of ${moveList.length} servers  `)
  ]
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
