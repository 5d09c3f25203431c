export type GuardName = 'armed' | 'approval' | 'recoveries-per-hour' | 'hosts-down' | 'own-isolation' | 'maintenance' | 'other-tool' | 'chain'

/** A guard's answer: it always says why, with the figures it looked at. */
export interface GuardReport {
  readonly guard: GuardName
  readonly holds: boolean
  readonly reason: string
  readonly releasedBy: 'person' | 'world'
}
