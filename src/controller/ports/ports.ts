import type { Clock } from '../../clock.ts'
import type { DomainLimit } from '../../core/guards/domain.ts'
import type {
  Aggregate,
  Amounts,
  HostsReading,
  Migration,
  Room,
  Server,
  ServerGroup,
  ServerPort,
  VolumeAttachment
} from '../../core/inventory.ts'
import type { Segment } from '../../core/segment.ts'
import type { Fencing, Nodes, Probe } from './machine-ports.ts'
import type { Store } from './store-port.ts'

export type * from './machine-ports.ts'
export type * from './store-port.ts'

/**
 * OpenStack, as far as a recovery needs it. Reads are retried by the adapter within their deadline; commands are
 * sent once. Everything throws CloudError; a command whose fate is not known throws one with the code `unknown`.
 * `signal` aborts: a lost lease destroys the socket.
 */
export interface Cloud {
  hosts(signal?: AbortSignal): Promise<HostsReading>
  /** Every server that Nova places on `host`, deleted ones left out; refuses a list with rows of another host. */
  serversOn(host: string, signal?: AbortSignal): Promise<Server[]>
  /** undefined when it does not exist (any more). */
  server(id: string, signal?: AbortSignal): Promise<Server | undefined>
  /** Records of moves away from `host`, newest first. */
  migrationsFrom(host: string, signal?: AbortSignal): Promise<Migration[]>
  groups(signal?: AbortSignal): Promise<ServerGroup[]>
  aggregates(signal?: AbortSignal): Promise<Aggregate[]>
  /** Of each image that still exists, by its id. */
  imageProperties(images: readonly string[], signal?: AbortSignal): Promise<Map<string, Record<string, string>>>
  /** host_ip of each host's hypervisor, by service host; hypervisors of bare metal are left out. */
  addresses(signal?: AbortSignal): Promise<Record<string, string>>
  /** Service hosts whose hypervisor is Ironic: they are never evacuated. */
  bareMetalHosts(signal?: AbortSignal): Promise<string[]>
  /** What each server needs, from Placement's allocations on `host`, else from its flavor. */
  needs(host: string, servers: readonly Server[], signal?: AbortSignal): Promise<Map<string, Amounts>>
  rooms(hosts: readonly string[], signal?: AbortSignal): Promise<Room[]>
  /** `undefined`: there is no such service in the catalog, so it can't be checked. */
  portsOf(server: string, signal?: AbortSignal): Promise<ServerPort[] | undefined>
  attachmentsOf(server: string, signal?: AbortSignal): Promise<VolumeAttachment[] | undefined>

  /** One PUT: forced_down, and disabled with `disabledReason` if given. */
  isolate(serviceId: string, disabledReason: string | undefined, signal?: AbortSignal): Promise<Sent>
  enable(serviceId: string, signal?: AbortSignal): Promise<Sent>
  disable(serviceId: string, reason: string, signal?: AbortSignal): Promise<Sent>
  addToAggregate(aggregate: number, host: string, signal?: AbortSignal): Promise<Sent>
  evacuate(server: string, target: string, signal?: AbortSignal): Promise<Sent>
  resetToError(server: string, signal?: AbortSignal): Promise<Sent>
  stop(server: string, signal?: AbortSignal): Promise<Sent>
}

/** The service took it; `requestId` finds it in its logs. */
export interface Sent {
  readonly requestId?: string
}

/** An alarm as Aodh defines it. */
export interface AlarmDefinition {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly enabled: boolean
  readonly state: string
  readonly stateTimestampMs?: number
  readonly projectId: string
  readonly description?: string
  readonly repeatActions: boolean
  /** The host that its rule names, if it names exactly one. */
  readonly host?: string
}

/** An enabled alarm in the state `alarm`. */
export interface FiringAlarm {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly severity: string
  readonly reason: string
  /** Of an event alarm. */
  readonly eventType?: string
  readonly repeatActions: boolean
  /** When its state was last set by hand: Aodh's evaluator leaves this date as it is. */
  readonly setAtMs: number
  /** How long ago that was, by Aodh's own clock. */
  readonly setAgeMs: number
  /** The URLs of its alarm_actions. */
  readonly actions: readonly string[]
}

/** Which host an alarm watches, and whom it tells. */
export interface KnownAlarm {
  readonly id: string
  /** The URLs of its alarm_actions; none of an alarm that is not enabled. */
  readonly actions: readonly string[]
  /** The host that its rule names by itself. */
  readonly host?: string
}

export interface Firing {
  readonly atMs: number
  /** How long ago, by Aodh's own clock. */
  readonly ageMs: number
}

export interface Alarms {
  /** Those of all projects that the login may see. */
  all(signal?: AbortSignal): Promise<KnownAlarm[]>
  /** Those of all projects that the login may see. */
  firing(signal?: AbortSignal): Promise<FiringAlarm[]>
  /** When it last came to be in `alarm`; undefined when Aodh keeps no history of that. */
  lastFiring(alarmId: string, signal?: AbortSignal): Promise<Firing | undefined>
  /** undefined when Aodh does not know it (or does not show it to us). */
  definition(alarmId: string, signal?: AbortSignal): Promise<AlarmDefinition | undefined>
  /** Sets a one-shot alarm back to `ok`, so that it can fire again; runs no action. */
  rearm(alarmId: string, signal?: AbortSignal): Promise<Sent>
}

/** Structured log as pino has it. */
export interface Log {
  info(data: object, message: string): void
  warn(data: object, message: string): void
  error(data: object, message: string): void
}

/** The configuration's side of a recovery, read when it is used; members of segments come from the cloud's last reading. */
export interface Policy {
  segment(name: string): Segment | undefined
  segmentOf(host: string): Segment | undefined
  /** Whole-cloud limits. */
  readonly recoveriesPerHour: number
  readonly movesInFlight: number
  /** As configured; the API's switch wins over it. */
  armed(segment: string): boolean
  readonly approvalMinutes: number
  /** undefined: nothing is limited by failure domain. */
  readonly domain?: DomainLimit | undefined
  readonly guards: GuardSettings
}

/** What guards go by, for all segments. */
export interface GuardSettings {
  /** A BMC that does not answer while those of hosts that live don't either: our own link. */
  readonly bmcNetwork: boolean
  /** How long the hosts must have been watched without a gap; 0: no wait. */
  readonly siteStartMs: number
  /** Words in a host's disabled reason by which other tools are known. */
  readonly otherTools: readonly string[]
}

/** What moved on, for metrics. */
export interface Metrics {
  phaseEnded(state: string, seconds: number): void
  moveEnded(result: string): void
  /** What became of a signal whose alarm or host was looked for after it had come. */
  signalSettled(outcome: string): void
  /** What our own polling found: an `alarm` whose delivery was lost, or a `service` that is down. */
  polled(what: 'alarm' | 'service', outcome: string): void
  /** A business rule decided on a signal; undefined: none matched. */
  ruleDecided(rule: string | undefined, outcome: string): void
}

export interface Ports {
  readonly clock: Clock
  readonly cloud: Cloud
  readonly alarms: Alarms
  readonly fencing: Fencing
  readonly probe: Probe
  /** Left out where no host is one of Ironic's nodes. */
  readonly nodes?: Nodes
  readonly store: Store
  readonly policy: Policy
  readonly log: Log
  readonly metrics: Metrics
}
