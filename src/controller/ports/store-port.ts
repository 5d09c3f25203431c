import type { GuardName } from '../../core/guards/guard.ts'
import type { Acted, AdmissionLimits } from '../../core/guards/recoveries-per-hour.ts'
import type { Sighting } from '../../core/guards/storm.ts'
import type { Complaints } from '../../core/observation.ts'
import type { Disbelief, PowerWay } from '../../core/off-claim.ts'
import type { Hold, HoldCode, Recovery } from '../../core/recovery.ts'
import type { PastRecovery } from '../../core/rules/past.ts'
import type { Signal } from '../../core/signal.ts'
import type { Step } from '../../core/step.ts'
import type { Arming, ArmingChange, Command, CommandAnswer, NewCommand } from './operator-words.ts'

import type {
  Admission,
  Change,
  Disposition,
  HeldLease,
  Lease,
  NewSignal,
  Page,
  Received,
  StoredEvent,
  StoredRecovery
} from './store-rows.ts'

export type * from './operator-words.ts'
export type * from './store-rows.ts'

/** What a recovery's driver needs of the store. Throws StoreUnavailable, and LeaseLost from everything that takes a lease. */
export interface RecoveryStore {
  /** ms by the database's clock. */
  now(): Promise<number>
  /** The leases of open recoveries that somebody holds, or held when they ended. */
  leases(): Promise<HeldLease[]>
  /**
   * Takes at most `limit` open recoveries that nobody drives: those that nobody has, and those of `lapsed` whose lease is over by
   * the database's clock too and still as it was read. `from`: who had it.
   */
  claim(
    owner: string,
    ttlMs: number,
    limit: number,
    lapsed: readonly HeldLease[]
  ): Promise<{ lease: Lease; stored: StoredRecovery; from?: string }[]>
  renew(lease: Lease, ttlMs: number): Promise<void>
  release(lease: Lease): Promise<void>
  /**
   * The only way to write anything of a recovery; renews the lease as well. Resolves to the new version.
   * A closing write fails with `signalJoined` when a signal joined after `seenSignals` were read.
   */
  write(lease: Lease, change: Change & { readonly closesAfter?: number }): Promise<{ version: number } | 'signalJoined'>
  steps(recovery: string): Promise<Step[]>
  signalsOf(recovery: string): Promise<Signal[]>
  /** In figures, for storms bring thousands. `forTarget`: another recovery waits for this one. */
  signalCounts(recovery: string): Promise<Complaints & { readonly forTarget: boolean }>
  /** Commands not yet obeyed, oldest first. */
  commands(recovery: string): Promise<Command[]>
  /**
   * One target for one recovery, by compare-and-set. True when it is ours (also when it already was); a host that has an open
   * recovery of its own is not given.
   */
  reserveTarget(lease: Lease, host: string): Promise<boolean>
  /** Host → the recovery that has it, for all targets that are not free. */
  targets(): Promise<Record<string, string>>
  /** Host → its open recovery, for all that have one. */
  openHosts(): Promise<Record<string, string>>
  /**
   * Counts this recovery among those that act, unless the window is full: at most `segmentMax` of its segment and
   * `cloudMax` in all whose first deed is younger than `windowMs`. Atomic over all replicas. True if it may go on (or already may).
   */
  admit(lease: Lease, limits: AdmissionLimits): Promise<Admission>
  /** Recoveries whose first deed is younger than `windowMs`, and this one if it has acted at all; the oldest first. Those of lost targets do not count. */
  acted(recovery: string, windowMs: number): Promise<Acted[]>
  /** Takes one of `size` places named `pool` for `holder` (a server's id). True when it has one (also when it already had). */
  takeSlot(lease: Lease, pool: string, size: number, holder: string): Promise<boolean>
  /** Gives back every place of this recovery, in all pools, but for those of `holders`. */
  keepSlots(lease: Lease, holders: readonly string[]): Promise<void>
  arming(): Promise<Arming>
  /** Something was seen: a storm of a segment, or that somebody watches. After a longer gap than `gapMs` it begins anew. */
  sight(what: string, gapMs: number): Promise<void>
  sightings(): Promise<Record<string, Sighting>>
  /** Recoveries that isolated `host` within this time; one that goes on with another counts as that. */
  failuresOf(host: string, fromMs: number, toMs: number): Promise<number>
  /** Which agents are not believed of which hosts; of `host` alone if one is given. */
  disbeliefs(host?: string): Promise<Disbelief[]>
  /** The process `by` heard at `atMs` (ms, by its clock) that the agent says off of a host that reports. */
  disbelieve(way: PowerWay, by: string, atMs: number): Promise<void>
  /**
   * The process `by` heard at `atMs` that the agent says on of a host that reports. That ends it where it was `by` that last heard
   * otherwise, or where nobody did for `quietMs`, and never what was heard later. True when it ended by this.
   */
  believe(way: PowerWay, by: string, atMs: number, quietMs: number): Promise<boolean>
}

/** Intake and the operator's side of the store. */
export interface OperatorStore {
  /** One transaction: the signal, and what it opens or joins. */
  receive(signal: NewSignal, disposition: Disposition): Promise<Received>
  /** The same for a signal stored as `received` or `unresolved`, once its host is known. */
  settle(signal: string, host: string | undefined, disposition: Disposition): Promise<Received>
  signals(query: { outcome?: string; host?: string; limit: number; cursor?: string }): Promise<Page<Signal>>
  signal(id: string): Promise<Signal | undefined>
  /** A signal of this alarm that says `alarm` was received since, by the database's clock. */
  isHeard(alarm: string, sinceMs: number): Promise<boolean>
  /** The newest signal of this alarm, whatever it says. */
  lastOf(alarm: string): Promise<Signal | undefined>
  /** When a signal of each alarm was last delivered, whatever it said; what our poll found was not. */
  lastHeard(alarms: readonly string[]): Promise<Record<string, number>>
  recoveries(query: {
    state?: string
    host?: string
    segment?: string
    sinceMs?: number
    limit: number
    cursor?: string
  }): Promise<Page<StoredRecovery>>
  recovery(id: string): Promise<StoredRecovery | undefined>
  openRecoveryOf(host: string): Promise<StoredRecovery | undefined>
  /** The host's recoveries in short, newest first, at most `limit`. */
  pastOf(host: string, limit: number): Promise<PastRecovery[]>
  /** The newest recovery that isolated `host` and whose isolation was not seen to be lifted. */
  isolationOf(host: string): Promise<Recovery | undefined>
  isolations(): Promise<Recovery[]>
  /** Its force-down was lifted and a report is newer than that: signals count again, the host is like any other. */
  liftIsolation(recovery: string): Promise<void>
  events(recovery: string): Promise<StoredEvent[]>
  /** A used target was seen to be a spare again (disabled with our reason). False while an open recovery has it, or if it was taken or used since. */
  freeTarget(host: string, seenAtMs: number): Promise<boolean>
  /** Stores a command unless the recovery has another version, or is closed. A retry of a `partial` recovery opens a new one. */
  command(command: NewCommand, successor?: Recovery): Promise<CommandAnswer>
  setArming(change: ArmingChange, actor: string, reason: string): Promise<Arming>
  /** How many recoveries are in each state, and the oldest hold. */
  summary(): Promise<{
    states: Record<string, number>
    held: {
      recovery: string
      host: string
      code: HoldCode
      guard?: GuardName
      reason: string
      releasedBy: Hold['releasedBy']
      sinceMs: number
    }[]
    signals: Record<string, number>
  }>
  /** Throws StoreUnavailable when it can't be written. */
  ping(): Promise<void>
}

/** Duties: periodic work that one replica does at a time. */
export interface DutyStore {
  /** True when `owner` may do `duty` now; it then has it for `ttlMs`. */
  takeDuty(duty: string, owner: string, ttlMs: number): Promise<boolean>
  /** `owner` has each of its duties for `ttlMs` from now, also one that ran out and was not taken. */
  keepDuties(owner: string, ttlMs: number): Promise<void>
  duties(): Promise<{ duty: string; owner: string; untilMs: number; lastDoneMs?: number; lastError?: string }[]>
  dutyDone(duty: string, owner: string, error?: string): Promise<void>
  /** Others may have all duties of `owner` now. */
  giveDutiesBack(owner: string): Promise<void>
  /** Notifications due, oldest first; each stays until `delivered`. */
  outbox(limit: number): Promise<{ id: string; type: string; data: unknown; createdAtMs: number; attempts: number }[]>
  delivered(id: string): Promise<void>
  deliveryFailed(id: string, retryAfterMs: number, error: string): Promise<void>
  /** Deletes what is older and no longer referred to; open recoveries stay. Answers how many rows went. */
  retain(keep: { signalsMs: number; recoveriesMs: number }): Promise<number>
}

export interface Store extends RecoveryStore, OperatorStore, DutyStore {
  close(): Promise<void>
}
