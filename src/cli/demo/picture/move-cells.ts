import type { MoveView } from '../../../schemas/recovery.d.ts'
import { clip, type Line, type Span, span, type Tone, widthOf } from '../terminal/paint.ts'

/** `word` is followed by the target, if that says more. */
interface Look {
  readonly sign: string
  readonly tone: Tone
  readonly word: string
  readonly withTarget?: true
}

const looks: Readonly<Record<MoveView['state'], Look>> = {
  waiting: { sign: '·', tone: 'dim', word: 'waits' },
  sending: { sign: '◌', tone: 'busy', word: 'asked for' },
  moving: { sign: '◐', tone: 'busy', word: '→', withTarget: true },
  restoring: { sign: '◕', tone: 'busy', word: 'back on', withTarget: true },
  arrived: { sign: '●', tone: 'good', word: 'on', withTarget: true },
  gone: { sign: '○', tone: 'dim', word: 'needs no move' },
  failed: { sign: '✗', tone: 'bad', word: 'failed' },
  stays: { sign: '✗', tone: 'busy', word: 'stays' }
}
const between = 3

/** Every server of the recovery and where it is, in columns, read downwards. At most `linesMax` lines. */
export function moveCells(moves: readonly MoveView[], width: number, linesMax: number): Line[] {
  if (moves.length === 0 || linesMax < 1) return []
  const nameWidth = Math.max(...moves.map(move => nameOf(move).length))
  // The service's order changes as it goes; here nothing should jump.
  const cells = moves.toSorted((a, b) => compare(nameOf(a), nameOf(b))).map(move => cell(move, nameWidth))
  // As wide as any text that a cell may come to hold, so that nothing jumps to and fro.
  const cellWidth = Math.min(width - 1, Math.max(...moves.map(move => longest(move, nameWidth))))
  const columns = Math.max(1, Math.min(Math.floor((width - 1 + between) / (cellWidth + between)), cells.length))
  const lines = Math.ceil(cells.length / columns)
  const shown = lines <= linesMax ? lines : linesMax - 1
  const rows = Array.from({ length: shown }, (_, line) => row(cells, line, lines, cellWidth, width))
  if (shown === lines) return rows
  const hidden = cells.length - shown * columns
  return [...rows, [span(` … and ${hidden} more`, 'dim')]]
}

function row(cells: readonly Line[], line: number, lines: number, cellWidth: number, width: number): Line {
  const pieces: Span[] = [span(' ')]
  for (let at = line; at < cells.length; at += lines) {
    const own = clip(cells[at] ?? [], cellWidth)
    pieces.push(...own, span(' '.repeat(cellWidth - widthOf(own) + between)))
  }
  return clip(pieces.slice(0, -1), width)
}

function cell(move: MoveView, nameWidth: number): Line {
  const { sign, tone, word, withTarget } = looks[move.state]
  const target = withTarget === undefined ? '' : ` ${move.target ?? 'a target'}`
  return [span(`${sign} `, tone), span(nameOf(move).padEnd(nameWidth)), span(`  ${word}${target}`, 'dim')]
}

function longest(move: MoveView, nameWidth: number): number {
  const states = Object.keys(looks) as MoveView['state'][]
  return Math.max(...states.map(state => widthOf(cell({ ...move, state }, nameWidth))))
}

function nameOf({ name, server }: MoveView): string {
  return (name ?? server).slice(0, 24)
}

/** web-2 comes before web-10. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
