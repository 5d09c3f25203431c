import type { Aggregate, Amounts, GroupPolicy, Migration, PowerState } from '../../core/inventory.ts'
import type { ModelClock } from '../model-clock.ts'

/** A machine with its nova-compute, as it truly is. */
export interface ModelHost {
  readonly name: string
  readonly serviceId: string
  readonly zone: string
  readonly address: string
  readonly capacity: Amounts
  powered: boolean
  /** `panicked`: powered on and silent; nothing runs on it. */
  kernel: 'running' | 'panicked'
  /** `hung`: it reports nothing and takes no work, but the guests run on. */
  compute: 'running' | 'stopped' | 'hung'
  /** Cut off from the management network: silent, though all is well on it. */
  cutOff: boolean
  enabled: boolean
  disabledReason: string | undefined
  forcedDown: boolean
  /** When its reports began last; between them a report comes every 10 s. */
  reportingSinceMs: number | undefined
  reportedAtMs: number
  /** Placement still shows COMPUTE_STATUS_DISABLED until then (Infinity: while it is disabled). */
  refusedUntilMs: number
  /** Its cell's database does not answer: Nova calls it UNKNOWN. */
  cellDown: boolean
  /** Server ids of the guests that run here: the truth that Nova may not know. */
  readonly running: Set<string>
  /** Server ids of the guests that exist here, running or not. */
  readonly defined: Set<string>
  /** Work that waits in its message queue. */
  queue: (() => void)[]
  readonly habits: Habits
  readonly bmc: BmcHabits
  /** Its target lock: one claim at a time. */
  claimFreeAtMs: number
  /** Grows with each death of its nova-compute: work that was in its memory is lost. */
  computeLife: number
}

/** Failures of the hypervisor: how many of the next spawns go wrong. */
export interface Habits {
  failSpawn: number
  failAfterSpawn: number
  /** How long a spawn takes, ms. */
  spawnMs: number
  traitLagMs: number
  bootMs: number
  /** Guests that Nova places here are started again when it boots. */
  resumeGuests: boolean
}

export interface BmcHabits {
  offAfterMs: number
  failFirst: number
  /** `lies`: says off whatever is. `stuckOn`: takes the command and does nothing. */
  mode: 'good' | 'lies' | 'stuckOn' | 'unreachable' | 'otherMachine'
}

export interface ModelServer {
  readonly id: string
  readonly name: string
  readonly projectId: string
  readonly need: Amounts
  readonly localDisk: boolean
  readonly extraSpecs: Readonly<Record<string, string>>
  readonly launched: boolean
  readonly locked: boolean
  readonly volumes: readonly string[]
  host: string | undefined
  vmState: string
  taskState: string | undefined
  powerState: PowerState
  fault: string | undefined
  /** Where Neutron and Cinder have it. */
  boundTo: string | undefined
  /** Hosts with allocations for it in Placement. */
  readonly allocatedOn: Set<string>
}

export type ModelMigration = { -readonly [key in keyof Migration]: Migration[key] } & {
  /** Two evacuations met: this one never ends. */
  stuck?: boolean
  /** A guest was started at its target. */
  spawned?: boolean
}

export interface ModelGroup {
  readonly id: string
  readonly policy: GroupPolicy
  readonly members: readonly string[]
  readonly maxPerHost: number
}

/** Something that was done to the cloud, when, and by which call. */
export interface Deed {
  readonly atMs: number
  readonly kind:
    | 'evacuate'
    | 'isolate'
    | 'enable'
    | 'disable'
    | 'aggregate'
    | 'reset'
    | 'start'
    | 'stop'
    | 'powerOff'
    | 'rearm'
  readonly on: string
  readonly to?: string
}

/** The whole cloud with its truth. Everything else is a function of it. */
export interface World {
  readonly clock: ModelClock
  readonly hosts: Map<string, ModelHost>
  readonly servers: Map<string, ModelServer>
  readonly migrations: ModelMigration[]
  readonly groups: ModelGroup[]
  readonly aggregates: { -readonly [key in keyof Aggregate]: Aggregate[key] }[]
  readonly alarms: Map<string, { state: string; host: string; stateTimestampMs: number; repeat: boolean }>
  readonly deeds: Deed[]
  /** Look at each deed at the moment of its effect. */
  readonly watchers: ((deed: Deed) => void)[]
  /** What went against the laws, found the moment it happened; one sentence each. */
  readonly findings: string[]
  readonly serviceDownMs: number
  /** How long the API takes for a call, ms. */
  readonly latencyMs: number
}

export function hostOf(world: World, name: string): ModelHost {
  const host = world.hosts.get(name)
  if (host === undefined) throw new Error(`the scenario has no host ${name}`)
  return host
}

export function serverOf(world: World, id: string): ModelServer {
  const server = world.servers.get(id)
  if (server === undefined) throw new Error(`the scenario has no server ${id}`)
  return server
}
