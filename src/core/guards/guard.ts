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

/**
 * How far the fence of a recovery's host has come, as guards see it. `unfenced`: no power-off was intended since its plan was
 * made. `fencing`: one was, and it is not proven off. `fenced`: it was proven off, and servers may have left it.
 */
export type Stage = 'unfenced' | 'fencing' | 'fenced'

const stages: readonly Stage[] = ['unfenced', 'fencing', 'fenced']

/**
 * The last stage in which a guard is asked. Whether it is wise to begin is over with the first power-off. Whether people have
 * the host in hand matters until it is proven off; whether we are blind, or another tool moves its servers, to the end.
 */
export const lastStage: Readonly<Record<GuardName, Stage>> = {
  'own-isolation': 'fenced',
  'bmc-network': 'fenced',
  'control-plane': 'fenced',
  'other-tool': 'fenced',
  maintenance: 'fencing',
  chain: 'unfenced',
  'site-start': 'unfenced',
  'hosts-down': 'unfenced',
  storm: 'unfenced',
  domain: 'unfenced',
  flapping: 'unfenced',
  'recoveries-per-hour': 'unfenced',
  // Then each deed asks for it by itself.
  armed: 'fencing',
  approval: 'unfenced'
}

/** Those that are asked in the stage. */
export function askedAt(stage: Stage, guards: readonly GuardReport[]): GuardReport[] {
  return guards.filter(({ guard }) => stages.indexOf(stage) <= stages.indexOf(lastStage[guard]))
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
