import type { GuardReport } from '../../core/guards/guard.ts'
import type { Plan } from '../../core/plan.ts'
import type { Evidence } from '../../core/verdict.ts'
import type { Arming, ArmingChange, CommandAnswer, NewCommand, NewSignal, Received } from '../ports/ports.ts'

/** What would happen if the host died now; nothing is changed to find out. */
export interface DryRun {
  readonly host: string
  readonly segment: string
  readonly evidence: Evidence
  readonly guards: readonly GuardReport[]
  readonly plan: Plan
  /** One sentence: "would move 12 servers to spare-1" or what would hold it. */
  readonly summary: string
}

/** What one agent of a host's ladder said when this process last rehearsed it. */
export interface Rehearsed {
  readonly host: string
  readonly agent: string
  readonly atMs: number
  /** Missing when it could not be read. */
  readonly power?: 'on' | 'off' | 'changing'
  /** Why its power could not be read, or can't be as it said; missing when all is well. */
  readonly error?: string
}

export interface SegmentView {
  readonly name: string
  readonly armed: boolean
  readonly method: string
  readonly hosts: readonly {
    readonly name: string
    readonly state: string
    readonly status: string
    readonly forcedDown: boolean
    readonly recovery?: string
    /** How many alarms tell us of it; missing while they have not been read. */
    readonly alarms?: number
    /** When one of them, or a test, was last delivered. */
    readonly alarmHeardAtMs?: number
  }[]
  readonly spares: readonly {
    readonly name: string
    readonly state: string
    readonly status: string
    readonly heldBy?: string
    readonly ready: boolean
    readonly because?: string
  }[]
  /** Missing where nothing is switched off. */
  readonly rehearsed?: readonly Rehearsed[]
  /** True when at least one spare is ready for the next failure. */
  readonly spareLeft: boolean
}

/** A part of the world that we depend on, as last seen. */
export interface Dependency {
  readonly name: 'nova' | 'keystone' | 'placement' | 'aodh'
  readonly ok: boolean
  /** False until it was first asked: then `ok` says nothing. */
  readonly asked?: false
  readonly lastSeenMs?: number
  readonly error?: string
}

/** The application behind the HTTP routes and the command line. */
export interface Service {
  /** Resolves after the commit. Its alarm's definition, if needed, is looked up afterwards. */
  receive(signal: NewSignal): Promise<Received>
  /** Gives an unresolved signal its host. undefined: no such signal; `settled`: it needs none. */
  resolve(signal: string, host: string, actor: string): Promise<Received | 'settled' | undefined>
  /** Throws CloudError when the cloud can't be read; undefined for a host of no segment. */
  dryRun(host: string): Promise<DryRun | undefined>
  command(command: NewCommand): Promise<CommandAnswer>
  setArming(change: ArmingChange, actor: string, reason: string): Promise<Arming>
  /** What the API's word and the configuration make of each segment: true if it may act. */
  inForce(arming: Arming): Readonly<Record<string, boolean>>
  segments(): Promise<SegmentView[]>
  dependencies(): readonly Dependency[]
  knowsSegment(name: string): boolean
  /** `unknown` while the members of the segments could not be read. */
  knowsHost(host: string): boolean | 'unknown'
}
