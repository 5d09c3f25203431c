import type { RecoveryView, TimelineEvent } from '../../../schemas/recovery.d.ts'

/** One state of a recovery on its way: what it is for, or what came of it. */
export interface Leg {
  readonly state: Working
  /** `todo` may also be a state that the recovery never needed. */
  readonly progress: 'todo' | 'now' | 'held' | 'done'
  readonly text: string
  readonly tookMs?: number
}

const work = {
  confirming: 'gathers evidence until there is a verdict',
  planning: 'finds every server of the host a place',
  fencing: 'powers the host off, and proves it',
  isolating: 'disables the service and forces it down',
  preparing: 'enables the spare for the scheduler',
  moving: 'evacuates each server and follows it to its end',
  verifying: 'looks whether each server is where and as it should be'
} as const

type Working = keyof typeof work

/** The states in order, each with what came of it so far; told from the timeline alone. */
export function journeyOf(recovery: RecoveryView, nowMs: number): Leg[] {
  const visits = visitsOf(recovery)
  return (Object.keys(work) as Working[]).map(state => {
    const own = visits.filter(visit => visit.state === state)
    const last = own.at(-1)
    if (last === undefined) return { state, progress: 'todo', text: work[state] }
    const tookMs = own.reduce((sum, visit) => sum + (visit.untilMs ?? nowMs) - visit.sinceMs, 0)
    if (recovery.state === state)
      return { state, progress: 'now', text: lastNote(recovery, last) ?? work[state], tookMs }
    if (recovery.hold?.from === state) return { state, progress: 'held', text: `held: ${recovery.hold.reason}`, tookMs }
    return { state, progress: 'done', text: outcomeOf(recovery, last) ?? work[state], tookMs }
  })
}

/** What was seen is told without the verdict, which goes without saying where the way went on. */
function outcomeOf({ evidence }: RecoveryView, { state, outcome }: Visit): string | undefined {
  return state === 'confirming' && evidence?.verdict === 'dead' ? evidence.because : outcome
}

interface Visit {
  readonly state: string
  readonly sinceMs: number
  untilMs?: number
  outcome?: string
}

function visitsOf({ openedAtMs, timeline }: RecoveryView): Visit[] {
  const visits: Visit[] = [{ state: 'confirming', sinceMs: openedAtMs }]
  for (const event of timeline) {
    const to = enteredBy(event)
    const last = visits.at(-1)
    if (to === undefined || last === undefined) continue
    Object.assign(last, { untilMs: event.atMs, outcome: event.text })
    visits.push({ state: to, sinceMs: event.atMs })
  }
  return visits
}

/** The state that an event of the timeline led to. */
export function enteredBy({ kind, data }: TimelineEvent): string | undefined {
  if (kind !== 'state' || typeof data !== 'object' || data === null || !('to' in data)) return undefined
  return typeof data.to === 'string' ? data.to : undefined
}

function lastNote({ timeline }: RecoveryView, { sinceMs }: Visit): string | undefined {
  return timeline.findLast(event => event.kind === 'note' && event.atMs >= sinceMs)?.text
}
