import type { GuestScene, HostScene } from '../seen/scene.ts'
import { clip, type Line, type Span, span, type Tone, widthOf } from '../terminal/paint.ts'

const namesMax = 24
/** So much stays free for what is said of a host behind its servers. */
const remarkWidth = 30

/** A line a host: its servers as squares, and what is to be said of it; below them what the squares mean. At most `linesMax` lines. */
export function hostRows(hosts: readonly HostScene[], width: number, linesMax: number): Line[] {
  const shown = hosts.length < linesMax ? hosts : mostTelling(hosts, linesMax - 1)
  const nameWidth = Math.min(namesMax, Math.max(...shown.map(host => host.name.length)))
  const room = Math.max(4, width - nameWidth - 5 - remarkWidth)
  const most = Math.max(1, ...shown.map(host => host.guests.length))
  // With more servers than there is room, a square stands for several.
  const perSquare = Math.ceil(most / room)
  const grid = { nameWidth, perSquare, squares: Math.ceil(most / perSquare), gap: 2 * most <= room ? ' ' : '' }
  const legend = [...signs(shown), ...rest(hosts, shown, perSquare)].join('   ')
  return [...shown.map(host => clip(row(host, grid), width)), clip([span(` ${legend}`, 'dim')], width)]
}

interface Grid {
  readonly nameWidth: number
  readonly perSquare: number
  readonly squares: number
  /** Between two squares. */
  readonly gap: string
}

function row(host: HostScene, { nameWidth, perSquare, squares, gap }: Grid): Line {
  const name = span(` ${host.name.slice(0, nameWidth).padEnd(nameWidth)}  `, host.state === 'up' ? undefined : 'bad')
  const dots = host.guests.filter((_, index) => index % perSquare === 0).map(guest => dot(guest, gap))
  const room = squares * (1 + gap.length) - widthOf(dots)
  return [name, ...joined(dots), span(' '.repeat(Math.max(0, room) + 2)), ...remarks(host)]
}

const looks: Readonly<Record<GuestScene['state'], { readonly sign: string; readonly means: string }>> = {
  runs: { sign: '■', means: 'runs' },
  lost: { sign: '□', means: 'should run' },
  stopped: { sign: '▫', means: 'stopped by its user' }
}

function dot({ state, isMoved }: GuestScene, gap: string): Span {
  return span(`${looks[state].sign}${gap}`, state === 'lost' ? 'bad' : isMoved ? 'ours' : 'dim')
}

/** Those that are to be seen. */
function signs(hosts: readonly HostScene[]): string[] {
  const seen = new Set(hosts.flatMap(({ guests }) => guests.map(guest => guest.state)))
  return Object.entries(looks).flatMap(([state, { sign, means }]) =>
    [...seen].some(one => one === state) ? [`${sign} ${means}`] : []
  )
}

/** Neighbours of one tone are one piece. */
function joined(dots: readonly Span[]): Span[] {
  const pieces: { text: string; tone?: Tone }[] = []
  for (const { text, tone } of dots) {
    const last = pieces.at(-1)
    if (last !== undefined && last.tone === tone) last.text += text
    else pieces.push(tone === undefined ? { text } : { text, tone })
  }
  return pieces
}

function remarks({ state, isSpare, marks, guests }: HostScene): Line {
  const said: Span[] = []
  if (state === 'silent') said.push(span('silent, and its BMC says On', 'bad'))
  if (state === 'off') said.push(span('powered off', 'good'))
  if (isSpare) said.push(span(guests.length === 0 ? 'the spare, empty' : 'the spare, in use', 'ours'))
  for (const mark of marks) said.push(span(mark, 'dim'))
  return said.flatMap((piece, index) => (index === 0 ? [piece] : [span(' · ', 'dim'), piece]))
}

/** Those that something happens to first, in the order that they have. */
function mostTelling(hosts: readonly HostScene[], count: number): HostScene[] {
  const weight = (host: HostScene) =>
    Number(host.state !== 'up') * 4 + Number(host.guests.some(guest => guest.isMoved)) * 2 + Number(host.isSpare)
  const chosen = new Set(hosts.toSorted((a, b) => weight(b) - weight(a)).slice(0, Math.max(1, count)))
  return hosts.filter(host => chosen.has(host))
}

function rest(hosts: readonly HostScene[], shown: readonly HostScene[], perSquare: number): string[] {
  const others = hosts.filter(host => !shown.includes(host))
  const servers = others.reduce((sum, host) => sum + host.guests.length, 0)
  return [
    ...(perSquare === 1 ? [] : [`a square stands for ${perSquare} servers`]),
    ...(others.length === 0 ? [] : [`and ${others.length} more hosts with ${servers} servers`])
  ]
}
