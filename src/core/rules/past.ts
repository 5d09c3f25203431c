import { type Facts, Moment, Span } from './cel.ts'

/** One recovery of a host, in short. */
export interface PastRecovery {
  readonly id?: string
  readonly openedAtMs: number
  readonly closedAtMs?: number
  /** Its state now: `recovered`, `partial`, `dismissed`, `cancelled`, `held` or one in which it works. */
  readonly state: string
}

/** As many are read: more within a week are no history but a fault. */
export const pastMax = 100

const dayMs = 24 * 3_600_000

/** Newest first. `failures`: those that ended with the host fenced. Never is 1970. */
export function pastFacts(past: readonly PastRecovery[], nowMs: number): Facts {
  const since = (ms: number): readonly PastRecovery[] => past.filter(one => one.openedAtMs > nowMs - ms)
  const ended = past.filter(one => one.closedAtMs !== undefined)
  const last = ended.toSorted((a, b) => (b.closedAtMs ?? 0) - (a.closedAtMs ?? 0))[0]
  const lastEndedAtMs = last?.closedAtMs ?? 0
  return {
    recoveriesLastDay: since(dayMs).length,
    recoveriesLastWeek: since(7 * dayMs).length,
    failuresLastDay: since(dayMs).filter(isFailure).length,
    failuresLastWeek: since(7 * dayMs).filter(isFailure).length,
    lastState: last?.state ?? '',
    lastEndedAt: new Moment(lastEndedAtMs),
    lastAge: new Span(Math.max(0, nowMs - lastEndedAtMs))
  }
}

function isFailure({ state }: PastRecovery): boolean {
  return state === 'recovered' || state === 'partial'
}
