import type { Aggregate, Amounts, ControlService, GroupPolicy, Migration, PowerState } from '../../core/inventory.ts'
import type { ModelClock } from '../model-clock.ts'
import type { ModelAlarm, Notification } from './alarms.ts'
import type { Attempt } from './attempts.ts'
import type { BmcHabits } from './bmc.ts'
import type { IdOf } from './ids.ts'
import type { PowerWay } from './power-ways.ts'
import type { Timing } from './timing.ts'

/** A machine with its nova-compute, as it truly is. */
export interface ModelHost {
  readonly name: string
  readonly serviceId: string
  /** Its hypervisor in Nova, and its provider in Placement. */
  readonly nodeId: string
  readonly address: string
  readonly capacity: Amounts
  /** Its nova-compute serves machines of Ironic. */
  readonly isBareMetal: boolean
  powered: boolean
  /** `panicked`: powered on and silent; nothing runs on it. */
  kernel: 'running' | 'panicked'
  /** `hung`: it reports nothing and takes no work, but the guests run on. */
  compute: 'running' | 'stopped' | 'hung'
  /** Cut off from the management network: silent, though all is well on it. */
  cutOff: boolean
  /** Its kernel takes connections, and nothing behind it answers. */
  mute: boolean
  /** It has lost the shared storage, which it reaches by another way than the network. */
  storageLost: boolean
  /** When its last heartbeat was written to the storage, while it writes none. */
  beatAtMs: number
  enabled: boolean
  disabledReason: string | undefined
  forcedDown: boolean
  /** When its reports began last; between them one comes every `reportEveryMs`. */
  reportingSinceMs: number | undefined
  reportedAtMs: number
  /** When anybody last changed its service. */
  changedAtMs: number
  /** Placement still shows COMPUTE_STATUS_DISABLED until then (Infinity: while it is disabled). */
  refusedUntilMs: number
  /** Its cell's database does not answer: Nova calls it UNKNOWN. */
  cellDown: boolean
  /** Ids of servers with an allocation here. */
  readonly held: Set<string>
  /** Server ids of the guests that run here: the truth that Nova may not know. */
  readonly running: Set<string>
  /** Those of them that do not go on: they keep their memory and their disk. */
  readonly paused: Set<string>
  /** Server ids of the guests that exist here, running or not. */
  readonly defined: Set<string>
  /** Work that waits in its message queue. */
  queue: (() => void)[]
  readonly habits: Habits
  readonly bmc: BmcHabits
  /** Habits of its other power controllers and feeds, by the name of the agent. */
  readonly bmcs: Readonly<Record<string, Partial<BmcHabits>>>
  /** By the name of the agent; each is there once it was asked. */
  readonly ways: Map<string, PowerWay>
  /** A power-off was taken and has not happened yet. */
  poweringOff: boolean
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

export interface ModelServer {
  readonly id: string
  readonly name: string
  readonly projectId: string
  /** Name of its flavor. */
  readonly flavor: string
  readonly need: Amounts
  readonly localDisk: boolean
  readonly extraSpecs: Readonly<Record<string, string>>
  launched: boolean
  locked: boolean
  readonly volumes: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** It has a port in Neutron. */
  readonly networked: boolean
  readonly createdAtMs: number
  updatedAtMs: number
  /** How its hypervisor calls it. */
  readonly instanceName: string
  host: string | undefined
  vmState: string
  taskState: string | undefined
  powerState: PowerState
  fault: string | undefined
  /** Where Neutron and Cinder have it. */
  boundTo: string | undefined
  /** Hosts with allocations for it in Placement; changed by `allocate` and `release` only. */
  readonly allocatedOn: Set<string>
  /** What was asked of it, oldest first. */
  readonly actions: ModelAction[]
}

/** What Nova keeps of a request. */
export interface ModelAction {
  readonly action: string
  readonly requestId: string
  readonly startedAtMs: number
  message?: string
  readonly events: { readonly event: string; result?: 'Success' | 'Error'; details?: string; host?: string }[]
}

export type ModelMigration = { -readonly [key in keyof Migration]: Migration[key] }

export interface ModelGroup {
  readonly id: string
  readonly name?: string
  readonly policy: GroupPolicy
  members: readonly string[]
  readonly maxPerHost: number
  /** Somebody said so; otherwise it is the usual one. */
  readonly saysMaxPerHost?: boolean
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

/** A service of the control plane: it reports until it is stopped. */
export interface ModelControl {
  stoppedAtMs: number | undefined
}

/** The whole cloud with its truth. Everything else is a function of it. */
export interface World {
  readonly clock: ModelClock
  readonly hosts: Map<string, ModelHost>
  readonly servers: Map<string, ModelServer>
  readonly migrations: ModelMigration[]
  /** Evacuations that somebody still works on. */
  readonly attempts: Set<Attempt>
  readonly groups: ModelGroup[]
  readonly aggregates: { -readonly [key in keyof Aggregate]: Aggregate[key] }[]
  readonly alarms: Map<string, ModelAlarm>
  /** Are told of each call of an alarm's action. */
  readonly listeners: ((notification: Notification) => void)[]
  readonly deeds: Deed[]
  /** Look at each deed at the moment of its effect. */
  readonly watchers: ((deed: Deed) => void)[]
  /** What went against the laws, found the moment it happened; one sentence each. */
  readonly findings: string[]
  /** nova-scheduler and nova-conductor, one each. */
  readonly control: Readonly<Record<ControlService['kind'], ModelControl>>
  readonly timing: Timing
  readonly idOf: IdOf
  /** Of servers that name no other. */
  readonly projectId: string
  readonly races: Races
}

/**
 * Where two evacuations of one server that were asked for at once stop each other: in the conductor the server stays in
 * REBUILD until a third one (seen with Nova 26), on the target it ends in ERROR and leaves a running copy (Nova 31).
 */
export type Races = 'conductor' | 'target'

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
