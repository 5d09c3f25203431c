export type Verdict = 'dead' | 'isolated' | 'compute-down' | 'degraded' | 'healthy' | 'unknown'

/** One source's word at one moment. */
export interface Observation {
  readonly source: string
  /** `alive` and `down` are positive findings; what could not be learnt is `unknown`, never a vote for death. */
  readonly says: 'alive' | 'down' | 'silent' | 'unknown'
  readonly detail: string
}

export interface Evidence {
  readonly verdict: Verdict
  /** One sentence that an operator understands. */
  readonly because: string
  readonly observations: readonly Observation[]
  readonly atMs: number
}
