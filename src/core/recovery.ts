import type { GuardName, GuardReport } from './guards/guard.ts'
import type { Plan } from './plan.ts'
import type { Decision } from './rules.ts'
import type { Settings } from './segment.ts'
import type { Evidence } from './verdict.ts'

/** What a server was when the binding list was read; it is restored from here only. */
export interface ListedServer {
  readonly id: string
  readonly name: string
  readonly vmState: string
  readonly powerState: string
  readonly taskState?: string
  readonly locked: boolean
  /** A rule of the operator: it is stopped where it arrives. */
  readonly leaveStopped?: true
}

/** How an agent reaches power. */
export type FenceMethod = 'redfish' | 'ipmi' | 'ironic' | 'exec'

/** One reading of a host's power. */
export interface PowerReading {
  readonly agent: string
  readonly method: FenceMethod
  readonly power: 'on' | 'off' | 'changing'
  /** When it was asked for, by our clock, ms: a late answer is an old one. */
  readonly atMs: number
  /** The machine's own serial number or UUID, as checked. */
  readonly identity?: string
  /** What somebody remembers, not what the machine's power was found to be in this moment: `off` proves nothing, `on` denies nothing. */
  readonly isHearsay?: true
}

/** Why we believe that a host is off. Two readings of `off` in a row from each agent make a fence; a person's word or the configuration replace it. */
export type Proof =
  | {
      readonly kind: 'fenced'
      /** Who proved it, several for redundant feeds, and which machine each found. */
      readonly agents: readonly { readonly agent: string; readonly method: FenceMethod; readonly identity?: string }[]
      readonly readings: readonly PowerReading[]
      readonly atMs: number
    }
  | { readonly kind: 'vouched'; readonly by: string; readonly reason: string; readonly atMs: number }
  | { readonly kind: 'waived'; readonly atMs: number }

/** What we set on the failed host's service; only this may ever be undone. */
export interface Isolation {
  readonly disabledByUs: boolean
  readonly forcedDownByUs: boolean
  readonly reason: string
  readonly atMs: number
  /** The same moment by Nova's clock: its records of this failure are younger. */
  readonly novaAtMs: number
  /** The last report of its nova-compute when it was last isolated, by Nova's clock: a newer one may be a sign of life. */
  readonly reportedAtMs?: number
}

export type Working = 'confirming' | 'planning' | 'fencing' | 'isolating' | 'preparing' | 'moving' | 'verifying'
export type Ended = 'recovered' | 'partial' | 'dismissed' | 'cancelled'
export type State = Working | 'held' | Ended

/** Stable names of the reasons to hold; the sentence beside it is for people. */
export type HoldCode =
  | 'unconfirmed'
  | 'compute-down'
  | 'degraded'
  | 'maintenance'
  | 'observing'
  | 'approval'
  | 'guard'
  | 'no-target'
  | 'not-fenced'
  | 'power'
  | 'proof'
  | 'isolation'
  | 'target'
  | 'other-tool'
  | 'cloud'
  | 'servers'

export interface Hold {
  readonly code: HoldCode
  /** The guard that holds it, where one does. */
  readonly guard?: GuardName
  readonly reason: string
  /** `world`: it goes on by itself when what it waits for is so. */
  readonly releasedBy: 'person' | 'world'
  /** Where another try can't end otherwise than the last one, as long as the configuration stays as it is. */
  readonly retryHelps?: false
}

export type Phase =
  | { readonly state: Exclude<Working, 'fencing'> }
  /** The host that is fenced: the failed one, or a target that may hold a copy (rule 14). */
  | { readonly state: 'fencing'; readonly host: string }
  | { readonly state: 'held'; readonly from: Working; readonly fencing?: string; readonly hold: Hold }
  | { readonly state: 'recovered' }
  | { readonly state: 'partial' | 'dismissed' | 'cancelled'; readonly reason: string }

/** `reserved`: ours, untouched. `prepared`: enabled and waited for. `failed`: a move failed there. `lost`: it died. */
export interface TargetUse {
  readonly state: 'reserved' | 'prepared' | 'failed' | 'lost'
  readonly isSpare: boolean
  readonly reason?: string
}

export interface Approval {
  readonly planHash: string
  readonly by: string
  readonly untilMs: number
  /** The guards that held when it was given: no other one lets it through. One of an earlier version names none. */
  readonly releases?: readonly GuardName[]
  /** It was seen to be over, and the timeline says so. */
  readonly expired?: true
}

/** One host's journey from the first signal to its end. Times are ms by the store's clock. */
export interface Recovery {
  readonly id: string
  readonly host: string
  readonly segment: string
  readonly origin: 'alarm' | 'manual' | 'target'
  readonly openedAtMs: number
  /** The recovery that this one continues (`retry` of a partial one). */
  readonly continues?: string
  /** How many lost targets led here: 2 for a target of a recovery of a target, and for the second that one recovery has lost. */
  readonly chain: number
  readonly settings: Settings
  /** What the business rules said of the signal that opened it; none were asked for a person's word or a lost target. */
  readonly decision?: Decision
  readonly phase: Phase
  readonly sinceMs: number
  readonly evidence?: Evidence
  readonly guards?: readonly GuardReport[]
  readonly plan?: Plan
  readonly approval?: Approval
  /** When the first power-off of a host was intended (by host). After it only a person or the end stops us. */
  readonly fenceIntents: Readonly<Record<string, number>>
  /** By host: the failed one, and targets that were fenced. */
  readonly proofs: Readonly<Record<string, Proof>>
  readonly isolation?: Isolation
  /** The binding list, read after isolating. */
  readonly servers: readonly ListedServer[]
  readonly targets: Readonly<Record<string, TargetUse>>
  /** Servers for which a named person vouched (rules 10 and 14). */
  readonly vouchedServers: Readonly<Record<string, { readonly by: string; readonly atMs: number }>>
  /** The last hold and how often it came back: it is looked at, and told, the rarer. */
  readonly lastHold?: { readonly code: HoldCode; readonly from: Working; readonly atMs: number; readonly count: number }
  /** The last `retry`: attempts before it no longer count. */
  readonly retriedAtMs?: number
  /** Set by the command `cancel` after the fence was begun: no new deed, those sent are followed. */
  readonly cancelling?: { readonly by: string; readonly reason: string }
}

export const ends: readonly State[] = ['recovered', 'partial', 'dismissed', 'cancelled']

export function hasEnded(recovery: Recovery): boolean {
  return ends.includes(recovery.phase.state)
}

/** The failed host is proven off, vouched for or waived. */
export function proofOf(recovery: Recovery): Proof | undefined {
  return recovery.proofs[recovery.host]
}
