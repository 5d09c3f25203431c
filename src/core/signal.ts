import type { Trial } from './rules.ts'

/** One thing we were told about a host. */
export type SignalSource = 'aodh' | 'manual' | 'poll' | 'target' | 'test'

/** The id under which the tests of a host's alarms are kept, whatever alarm was made for each. */
export const testsOf = (host: string): string => `test of ${host}`

export type SignalOutcome = 'opened' | 'joined' | 'noted' | 'ignored' | 'received' | 'unresolved'

/** What an alarm says, whatever told it. */
export interface AlarmFacts {
  readonly id: string
  readonly name?: string
  readonly current: string
  readonly previous?: string
  readonly severity?: string
  readonly reason?: string
  /** Aodh's type of reason_data: event, threshold, composite … */
  readonly type?: string
  readonly eventType?: string
  readonly traits: Readonly<Record<string, string>>
}

export interface Signal {
  readonly id: string
  readonly source: SignalSource
  readonly actor: string
  readonly receivedAtMs: number
  readonly host?: string
  readonly alarm?: AlarmFacts
  readonly reason?: string
  readonly outcome: SignalOutcome
  /** One sentence: why this outcome. */
  readonly because: string
  readonly recovery?: string
  /** The later `ok` of the same alarm came. */
  readonly cleared: boolean
  /** The business rules that were tried, up to the one that decided. */
  readonly rules?: readonly Trial[]
}
