import type { Amounts } from './inventory.ts'

export interface PlannedMove {
  readonly server: string
  readonly name: string
  readonly target: string
  readonly need: Amounts
  /** Group whose members move one at a time. */
  readonly group?: string
}

/** Why a server stays. `room`: more room or another spare would help; `kind`: nothing we do would. */
export interface Staying {
  readonly server: string
  readonly name: string
  readonly because: 'room' | 'kind'
  readonly reason: string
}

export interface Plan {
  readonly moves: readonly PlannedMove[]
  readonly staying: readonly Staying[]
  /** Targets used, in order. */
  readonly targets: readonly string[]
  /** Candidates that were not taken, each with its reason. */
  readonly refused: Readonly<Record<string, string>>
  readonly estimatedSeconds: number
  /** The same plan has the same hash; an approval counts for one hash. */
  readonly hash: string
}
