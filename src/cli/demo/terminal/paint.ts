/** A piece of a line, with what it means; how that looks is decided where it is shown. */
export interface Span {
  readonly text: string
  readonly tone?: Tone
}

export type Tone = 'title' | 'dim' | 'good' | 'bad' | 'busy' | 'ours'
export type Line = readonly Span[]

/** The terminal's own sixteen colours, so that the view suits whatever theme it is shown in. */
const codes: Readonly<Record<Tone, string>> = {
  title: '1',
  dim: '2',
  good: '32',
  bad: '31',
  busy: '33',
  ours: '36'
}

export function span(text: string, tone?: Tone): Span {
  return tone === undefined ? { text } : { text, tone }
}

export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0)
}

/** The text alone, or with the terminal's codes. */
export function paint(line: Line, color: boolean): string {
  return line
    .map(({ text, tone }) => (color && tone !== undefined ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text))
    .join('')
    .trimEnd()
}

/** At most `width` wide: what is cut off is said by an ellipsis. */
export function clip(line: Line, width: number): Line {
  if (widthOf(line) <= width) return line
  const kept: Span[] = []
  let left = Math.max(0, width - 1)
  for (const piece of line) {
    if (left === 0) break
    kept.push({ ...piece, text: piece.text.slice(0, left) })
    left -= Math.min(left, piece.text.length)
  }
  return [...kept, span('…', 'dim')].slice(0, width === 0 ? 0 : undefined)
}

/** `left` and, at the right edge, `right`. */
export function spread(left: Line, right: Line, width: number): Line {
  const room = width - widthOf(right) - 2
  if (room < 8) return clip(left, width)
  const cut = clip(left, room)
  return [...cut, span(' '.repeat(width - widthOf(cut) - widthOf(right))), ...right]
}

/** Words on lines of at most `width`. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
