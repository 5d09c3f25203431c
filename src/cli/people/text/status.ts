import type { RecoverySummary } from '../../../schemas/recovery-summary.d.ts'
import type { Status } from '../../../schemas/status.d.ts'
import { layout, line, rows, type Section } from '../layout.ts'
import { ago, lasted, withClockTimes } from '../times.ts'
import { serversOf } from './moves.ts'

const titles: Readonly<Record<Status['level'], string>> = {
  ok: 'All is well: every segment acts, and has a spare for the next host that dies.',
  warning: 'Nobody is needed now, but have a look:',
  critical: 'SOMEBODY IS NEEDED:'
}
const endedMax = 10

/** For people: what is wrong first, then how things stand. */
export function statusText(
  { level, findings, segments, open, ended }: Status,
  nowMs: number,
  width: number | undefined
): string {
  const wrong = findings.map(finding => line(`${finding.level === 'critical' ? '!' : '-'} ${finding.text}`, 2))
  return layout(
    [
      { label: 'status', lines: [line(titles[level]), ...wrong] },
      segmentsOf(segments),
      { label: 'open', lines: open.length === 0 ? [line('no recovery')] : rows(open.map(one => openRow(one, nowMs))) },
      endedOf(ended, nowMs)
    ],
    width
  )
}

function segmentsOf(segments: Status['segments']): Section {
  const lines = segments.map(({ name, armed, hosts, spares, spareLeft }) => {
    const ready = spares.filter(spare => spare.ready && spare.heldBy === undefined).length
    return [
      ...[name, armed ? 'armed' : 'observes', hosts.length === 1 ? '1 host' : `${hosts.length} hosts`],
      `${ready} of ${spares.length} spares ready${spareLeft ? '' : ': N+1 IS LOST'}`
    ]
  })
  return { label: 'segments', lines: rows(lines) }
}

function openRow({ host, state, hold, sinceMs, moves }: RecoverySummary, nowMs: number): string[] {
  const then = state === 'moving' || state === 'verifying' ? 'move' : 'to move'
  const what =
    hold === undefined
      ? `${serversOf(moves.planned)} ${then}`
      : `${hold.guard ?? hold.code}: ${withClockTimes(hold.reason, nowMs)}`
  return [host, state, `for ${lasted(nowMs - sinceMs)}`, what]
}

function endedOf(ended: readonly RecoverySummary[], nowMs: number): Section {
  const shown = ended.slice(0, endedMax)
  const more = ended.length - shown.length
  return {
    label: '24 hours',
    lines: [...rows(shown.map(one => endedRow(one, nowMs))), ...(more === 0 ? [] : [line(`… and ${more} more`)])]
  }
}

function endedRow(
  { host, state, closedAtMs = 0, openedAtMs, moves, reason }: RecoverySummary,
  nowMs: number
): string[] {
  const moved = moves.planned === 0 ? '' : `, ${serversOf(moves.planned)} moved`
  const why = reason === undefined ? '' : `: ${reason}`
  return [
    host,
    state,
    ago(closedAtMs, nowMs),
    `after ${lasted(closedAtMs - openedAtMs)}${state === 'recovered' || state === 'partial' ? moved : ''}${why}`
  ]
}
