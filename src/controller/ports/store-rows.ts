import type { Acted } from '../../core/guards/recoveries-per-hour.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { Trial } from '../../core/rules.ts'
import type { AlarmFacts, SignalOutcome, SignalSource } from '../../core/signal.ts'
import type { Step } from '../../core/step.ts'

/** The right to drive one recovery until it is lost. */
export interface Lease {
  readonly recovery: string
  readonly owner: string
  readonly epoch: number
}

/** Who has a lease, or had it when it ended, as it was read. */
export interface HeldLease extends Lease {
  /** By the database's clock. */
  readonly untilMs: number
  /** How long it lasts after each renewal. */
  readonly ttlMs: number
}

export interface TimelineEvent {
  /** opened, state, step, guard, note, command … */
  readonly kind: string
  readonly actor: string
  readonly target?: string
  /** One sentence. */
  readonly text: string
  readonly data?: unknown
}

export interface StoredEvent extends TimelineEvent {
  readonly recovery: string
  readonly seq: number
  readonly atMs: number
}

/** A recovery as stored. `version` grows with each change of state, and whenever its hold or plan changes. */
export interface StoredRecovery {
  readonly recovery: Recovery
  readonly version: number
  readonly closedAtMs?: number
  readonly owner?: string
}

/** What one guarded write may change, all of it or nothing. */
export interface Change {
  /** The recovery as it is now; closes it when its phase is an end. Counts `version` up. */
  readonly recovery?: Recovery
  /** Inserted or updated by (kind, target, attempt). */
  readonly steps?: readonly Step[]
  readonly events?: readonly TimelineEvent[]
  /** Commands that were obeyed or refused, with the sentence that says so. */
  readonly commands?: readonly { readonly id: string; readonly result: string }[]
  /** An outgoing notification (CloudEvents `type` and `data`). */
  readonly notify?: readonly { readonly type: string; readonly data: unknown }[]
  /** Targets given back: free again for others. */
  readonly release?: readonly string[]
}

export interface NewSignal {
  readonly source: SignalSource
  readonly actor: string
  readonly host?: string
  readonly alarm?: AlarmFacts
  readonly reason?: string
  /** Two signals with the same key are one. */
  readonly dedupeKey?: string
  /** The body as it came, JSON text. */
  readonly body?: string
}

/** What triage decided; `open` holds the recovery to open if none is open for its host (else the signal joins it). */
export type Disposition = {
  readonly because: string
  /** The business rules that were tried. */
  readonly rules?: readonly Trial[]
} & (
  | { readonly outcome: 'open'; readonly recovery: Recovery }
  | {
      readonly outcome: Exclude<SignalOutcome, 'opened' | 'joined'>
      /** The `ok` of an alarm: the open signals of (alarm, host) are cleared. */
      readonly clears?: boolean
    }
)

export interface Received {
  /** Why this outcome, a sentence. */
  readonly because?: string
  readonly signal: string
  readonly outcome: SignalOutcome
  readonly recovery?: string
  /** It was stored before: nothing is new. */
  readonly isKnown?: true
}

/** `acted`: those that had begun to act within the window, the oldest first. */
export interface Admission {
  readonly admitted: boolean
  readonly acted: readonly Acted[]
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly cursor?: string
}
