/** What the cloud is made of, in our words. All times are ms since the epoch by the clock of the service that told them. */

/** A nova-compute service, named by its service host. */
export interface Host {
  readonly name: string
  readonly serviceId: string
  /** `unknown`: the cell it lives in could not be read. Unknown is not down. */
  readonly status: 'enabled' | 'disabled' | 'unknown'
  readonly state: 'up' | 'down' | 'unknown'
  readonly forcedDown: boolean
  readonly disabledReason?: string
  /** Its last report, by Nova's clock. */
  readonly reportedAtMs?: number
  readonly zone?: string
}

/** All hosts at one moment. `atMs` is Nova's clock (the Date header), so that ages do not depend on ours. */
export interface HostsReading {
  readonly atMs: number
  readonly hosts: readonly Host[]
  /** Left out where nobody tells of them. */
  readonly control?: readonly ControlService[]
}

/** A service without which Nova moves nothing. */
export interface ControlService {
  readonly kind: 'scheduler' | 'conductor'
  readonly host: string
  readonly state: 'up' | 'down' | 'unknown'
  readonly reportedAtMs?: number
}

/** Resource class (VCPU, MEMORY_MB, DISK_GB, CUSTOM_…) → amount, in Placement's units. */
export type Amounts = Readonly<Record<string, number>>

export type PowerState = 'none' | 'running' | 'paused' | 'shutdown' | 'crashed' | 'suspended'

export interface Server {
  readonly id: string
  readonly name: string
  readonly projectId: string
  /** The service host; undefined while it has none (shelved offloaded, never scheduled). */
  readonly host?: string
  /** Nova's vm_state: active, stopped, error, paused, suspended, rescued, building, resized, shelved, shelved_offloaded, soft-delete, deleted. */
  readonly vmState: string
  /** Nova's task_state while something is going on. */
  readonly taskState?: string
  readonly powerState: PowerState
  readonly locked: boolean
  /** Never started anywhere: Nova cannot rebuild it. */
  readonly launched: boolean
  /** Its root, ephemeral or swap disk lies with the hypervisor and is lost unless the storage is shared. */
  readonly localDisk: boolean
  /** From its flavor; what Placement holds for it may be more. */
  readonly flavorNeed: Amounts
  readonly extraSpecs: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly tags?: readonly string[]
  readonly userId?: string
  /** Its availability zone. */
  readonly zone?: string
  /** As its flavor was when it was made; memory in MiB, disk in GiB. */
  readonly flavor?: { readonly name: string; readonly vcpus: number; readonly ram: number; readonly disk: number }
  /** Missing where its root disk is a volume. */
  readonly imageId?: string
  /** Why it is in error. */
  readonly fault?: string
}

export type GroupPolicy = 'affinity' | 'anti-affinity' | 'soft-affinity' | 'soft-anti-affinity'

export interface ServerGroup {
  readonly id: string
  readonly name?: string
  readonly policy: GroupPolicy
  readonly members: readonly string[]
  /** Members that anti-affinity allows on one host. */
  readonly maxPerHost: number
}

export interface Aggregate {
  readonly id: number
  readonly name: string
  readonly zone?: string
  readonly hosts: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
}

/** What a host has left, by Placement. */
export interface Room {
  readonly host: string
  /** False while the scheduler still refuses it (COMPUTE_STATUS_DISABLED). */
  readonly schedulable: boolean
  readonly free: Amounts
  /** The largest single request per class. */
  readonly maxUnit: Amounts
  readonly traits: readonly string[]
}

/** Nova's record of one attempt to move a server. `dest` is missing until the scheduler has chosen. */
export interface Migration {
  readonly id: number
  readonly type: 'evacuation' | 'live-migration' | 'migration' | 'resize'
  readonly server: string
  readonly source: string
  readonly dest?: string
  /** Nova's word: queued, accepted, pre-migrating, preparing, running, post-migrating, done, completed, failed, error, cancelled, finished, confirmed, reverted … */
  readonly status: string
  readonly createdAtMs: number
  readonly updatedAtMs?: number
}

export interface ServerPort {
  readonly id: string
  readonly host: string
  readonly active: boolean
}

export interface VolumeAttachment {
  readonly volume: string
  readonly server: string
  readonly host?: string
  readonly attached: boolean
}

/** Nova calls a host up and it is not held down by anybody. */
export function isUp(host: Host): boolean {
  return host.state === 'up' && !host.forcedDown
}

export function findHost(reading: HostsReading, name: string): Host | undefined {
  return reading.hosts.find(host => host.name === name)
}

/** True when no row of the reading is UNKNOWN: only then a list of servers is complete. */
export function isComplete(reading: HostsReading): boolean {
  return reading.hosts.every(host => host.state !== 'unknown' && host.status !== 'unknown')
}
