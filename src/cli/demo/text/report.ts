import type { RecoveryView } from '../../../schemas/recovery.d.ts'
import { seconds } from '../picture/phase-rows.ts'
import type { GuestCount } from '../seen/guest-watch.ts'
import { journeyOf } from '../seen/journey.ts'
import type { Told } from '../seen/scene.ts'
import { type Line, span, wrap } from '../terminal/paint.ts'
import { sentence, stamp } from './plain-lines.ts'

/** All that the report is made of. */
export interface Outcome {
  readonly startedAtMs: number
  readonly nowMs: number
  readonly story: readonly Told[]
  readonly recoveries: readonly RecoveryView[]
  readonly guests: GuestCount
  readonly samples: number
  readonly twice: readonly string[]
  /** By segment, as /health says it now. */
  readonly segments: readonly { readonly name: string; readonly sparesReady: number; readonly spareLeft: boolean }[]
  /** What was not as it should be; empty when all is well. */
  readonly complaints: readonly string[]
}

/** What happened and how things stand, for people. */
export function reportLines(outcome: Outcome, width: number): Line[] {
  return [[span(' What happened', 'title')], ...milestones(outcome, width), [], ...standingLines(outcome, width)]
}

/** How things stand now, and whether that is well. */
export function standingLines(outcome: Outcome, width: number): Line[] {
  const { complaints } = outcome
  const verdict =
    complaints.length === 0
      ? [[span(' All is well.', 'good')]]
      : [[span(' Not all is well:', 'bad')], ...complaints.flatMap(text => paragraph('', text, width))]
  return [[span(' How things stand', 'title')], ...standing(outcome, width), [], ...verdict]
}

function milestones({ startedAtMs, story, recoveries }: Outcome, width: number): Line[] {
  const events = recoveries.flatMap(recovery =>
    recovery.timeline
      .filter(event => event.kind === 'state' || event.kind === 'opened' || event.kind === 'command')
      .map(event => ({ atMs: event.atMs, text: sentence(event.text, recovery, recoveries.length > 1) }))
  )
  return [...story, ...events]
    .toSorted((a, b) => a.atMs - b.atMs)
    .flatMap(({ atMs, text }) => paragraph(stamp(atMs - startedAtMs), text, width))
}

function standing(outcome: Outcome, width: number): Line[] {
  const { guests, samples, twice, recoveries, segments } = outcome
  const stopped = guests.stopped === 0 ? '' : `, ${guests.stopped} stopped as their users left them`
  const wrong = guests.wrong.length === 0 ? '' : `, ${guests.wrong.length} not as they should be: ${few(guests.wrong)}`
  const said: [string, string][] = [
    ['servers', `${guests.runningOnce} run on exactly one hypervisor${stopped}${wrong}`],
    ['twice', `${twice.length === 0 ? 'none' : few(twice)}, in ${samples} looks at every hypervisor`],
    ...recoveries.map(recovery => [recovery.host, ending(recovery)] as [string, string]),
    ...segments.map(
      ({ name, sparesReady, spareLeft }) =>
        [
          'N+1',
          spareLeft
            ? `${name} has ${sparesReady === 1 ? 'a spare' : `${sparesReady} spares`} ready for the next failure`
            : `${name} has no spare left: the next failure would be held until there is one`
        ] as [string, string]
    )
  ]
  return said.flatMap(([name, text]) => paragraph(name, text, width))
}

function ending(recovery: RecoveryView): string {
  const { state, moveList, targets, openedAtMs, closedAtMs, hold, reason } = recovery
  const arrived = moveList.filter(move => move.state === 'arrived').length
  const used = Object.keys(targets).join(', ')
  const moving = journeyOf(recovery, closedAtMs ?? openedAtMs).find(leg => leg.state === 'moving')?.tookMs
  const moved =
    arrived === 0
      ? ''
      : `, ${arrived} of ${moveList.length} servers moved to ${used}${moving === undefined ? '' : ` in ${seconds(moving)}`}`
  const because = hold === undefined ? (reason === undefined ? '' : `: ${reason}`) : `: ${hold.reason}`
  const took = closedAtMs === undefined ? '' : `, ${seconds(closedAtMs - openedAtMs)} after the first signal`
  return `${state}${moved}${took}${because}`
}

function few(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`
}

/** A label and a text beside it, on as many lines as it needs. */
function paragraph(label: string, text: string, width: number): Line[] {
  const indent = 13
  return wrap(text, Math.max(30, width - indent)).map((line, index) => [
    span(` ${(index === 0 ? label : '').padEnd(indent - 1)}`, 'dim'),
    span(line)
  ])
}
