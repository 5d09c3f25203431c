import type { RecoveryView } from '../../../schemas/recovery.d.ts'

/** What there is to show at one moment: the truth of the emulator, what the service says over its API, and the story so far. */
export interface Scene {
  /** Times are ms since the epoch, as the service gives them. */
  readonly nowMs: number
  readonly startedAtMs: number
  readonly story: readonly Told[]
  readonly hosts: readonly HostScene[]
  /** The oldest first. */
  readonly recoveries: readonly RecoveryView[]
}

/** One sentence of the demo's own: what it did, and what it saw. */
export interface Told {
  readonly atMs: number
  readonly text: string
}

export interface HostScene {
  readonly name: string
  readonly isSpare: boolean
  /** `silent`: powered on, and nothing is heard of it. */
  readonly state: 'up' | 'silent' | 'off'
  /** What else is so, in Nova's words: disabled, forced down. */
  readonly marks: readonly string[]
  /** Servers that run here, and those that Nova places here. */
  readonly guests: readonly GuestScene[]
}

export interface GuestScene {
  readonly name: string
  /** `lost`: it should run here and does not. */
  readonly state: 'runs' | 'stopped' | 'lost'
  /** A recovery moves it, or has moved it. */
  readonly isMoved: boolean
}
