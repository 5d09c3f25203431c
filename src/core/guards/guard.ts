export type GuardName =
  | 'own-isolation'
  | 'bmc-network'
  | 'control-plane'
  | 'other-tool'
  | 'maintenance'
  | 'chain'
  | 'site-start'
  | 'hosts-down'
  | 'storm'
  | 'domain'
  | 'flapping'
  | 'recoveries-per-hour'
  | 'armed'
  | 'approval'

/** What a guard looked at, by name. */
export type Figures = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** A guard's answer: it always says why, with the figures it looked at. */
export interface GuardReport {
  readonly guard: GuardName
  readonly holds: boolean
  readonly reason: string
  readonly releasedBy: 'person' | 'world'
  /** An operator's fresh approval of the plan lets it through. */
  readonly approvable: boolean
  readonly inputs: Figures
  /** When it opens by itself if nothing else happens, by our clock, ms. */
  readonly untilMs?: number
  /** It would hold, and this person's approval lets it through. */
  readonly approvedBy?: string
}

/**
 * May an operator's approval of the plan release it? What is a matter of caution, yes. Not where we may be blind, where others
 * have the host in hand, or where another switch of the operator's is the right one.
 */
export const approvable: Readonly<Record<GuardName, boolean>> = {
  'own-isolation': false,
  'bmc-network': false,
  'control-plane': false,
  'other-tool': false,
  maintenance: false,
  chain: true,
  'site-start': true,
  'hosts-down': true,
  storm: true,
  domain: true,
  flapping: true,
  'recoveries-per-hour': true,
  armed: false,
  approval: true
}

export function clear(guard: GuardName, reason: string, inputs: Figures): GuardReport {
  return { guard, holds: false, reason, releasedBy: 'world', approvable: approvable[guard], inputs }
}

export function closed(
  guard: GuardName,
  reason: string,
  releasedBy: 'person' | 'world',
  inputs: Figures,
  untilMs?: number
): GuardReport {
  const until = untilMs === undefined ? {} : { untilMs }
  return { guard, holds: true, reason, releasedBy, approvable: approvable[guard], inputs, ...until }
}
