/** A command to the world, written down before it is given and again when its outcome is known. */
export type StepKind = 'power-off' | 'isolate' | 'enable' | 'disable' | 'aggregate' | 'reset' | 'evacuate' | 'stop'

/**
 * - `sending`: intended; until it reads otherwise its outcome is unknown
 * - `sent`: taken by the service, not yet at its end
 * - `done`, `failed`: at its end
 * - `skipped`: not needed (the server is gone, moved elsewhere, is being deleted …); `error` says why
 */
export type StepState = 'sending' | 'sent' | 'done' | 'failed' | 'skipped'

export interface Step {
  readonly kind: StepKind
  /** A server's id or a host's name. */
  readonly target: string
  /** From 1; a new attempt is a new step, an attempt's record is never reused. */
  readonly attempt: number
  readonly state: StepState
  /** ms, our clock. */
  readonly intentAtMs: number
  /** Where to: the target host of an evacuate, the aggregate of an `aggregate`. */
  readonly to?: string
  readonly requestId?: string
  /** Nova's migration record, once seen. */
  readonly migration?: number
  readonly endedAtMs?: number
  /** A failed evacuate that got as far as its target: a copy may run there that Nova does not know of. */
  readonly reached?: boolean
  /** It failed before it left us, so it does not count against the attempts. */
  readonly unsent?: boolean
  /** The newest evacuation record of the server before this attempt: ours has a greater id. */
  readonly afterMigration?: number
  /**
   * An older record of the server that nobody took up, for its target died: Nova works on the oldest of these, and leaves
   * the one of this attempt as it is, for ever.
   */
  readonly takesMigration?: number
  readonly error?: string
}

/** The newest attempt of `kind` at `target`. */
export function lastStep(steps: readonly Step[], kind: StepKind, target: string): Step | undefined {
  let last: Step | undefined
  for (const step of steps) {
    if (step.kind === kind && step.target === target && (last === undefined || step.attempt > last.attempt)) last = step
  }
  return last
}
