/** What operators say, as it is stored. */

export type CommandKind = 'approve' | 'vouch' | 'retry' | 'cancel'

/** An operator's word, accepted by any replica and obeyed by the one that drives the recovery. */
export interface Command {
  readonly id: string
  readonly recovery: string
  readonly kind: CommandKind
  readonly actor: string
  readonly reason: string
  /** The version of the recovery that the person saw. */
  readonly version: number
  /** vouch: for a lost target, or for one server. */
  readonly host?: string
  readonly server?: string
  readonly atMs: number
}

export type NewCommand = Omit<Command, 'id' | 'atMs'>

/** `recovery`: the one that continues a partial one. */
export type CommandAnswer = 'accepted' | 'stale' | 'closed' | 'not-found' | { recovery: string }

/** null: as configured. What is left out stays. */
export interface ArmingChange {
  readonly armed?: boolean | null
  readonly segments?: Readonly<Record<string, boolean | null>>
}

export interface Arming {
  /** `undefined`: as configured. */
  readonly armed?: boolean
  readonly segments: Readonly<Record<string, boolean>>
  readonly reason?: string
  readonly actor?: string
  readonly atMs?: number
}
