import type { Amounts } from '../../core/inventory.ts'
import { spareReason } from '../../core/marks.ts'
import type { ModelClock } from '../model-clock.ts'
import { type BmcHabits, goodBmc } from './bmc.ts'
import { createUuids, idsByName } from './ids.ts'
import { allocate } from './placement.ts'
import type { HostSpec, ServerSpec, WorldSpec } from './spec.ts'
import { type Timing, usualTiming } from './timing.ts'
import type { Habits, ModelServer, World } from './world.ts'
import { hostOf } from './world.ts'

/** The cloud at the beginning of a scenario: all hosts up and reporting. */
export function createWorld(clock: ModelClock, spec: WorldSpec): World {
  const world: World = {
    clock,
    hosts: new Map(),
    servers: new Map(),
    migrations: [],
    attempts: new Set(),
    groups: (spec.groups ?? []).map(group => ({ maxPerHost: 1, ...group })),
    aggregates: (spec.aggregates ?? []).map((aggregate, index) => ({ id: index + 1, ...aggregate })),
    alarms: new Map(),
    deeds: [],
    watchers: [],
    findings: [],
    listeners: [],
    control: { scheduler: { stoppedAtMs: undefined }, conductor: { stoppedAtMs: undefined } },
    timing: timingOf(spec),
    idOf: spec.ids === 'uuids' ? createUuids() : idsByName,
    projectId: spec.projectId ?? 'project-1',
    races: spec.races ?? 'conductor'
  }
  for (const [name, host] of Object.entries(spec.hosts)) addHost(world, name, host, spec.pace)
  return world
}

function timingOf({ serviceDownSeconds, latencyMs, timing, pace = 1 }: WorldSpec): Timing {
  const { conductorMs, claimMs, settleMs, powerOffMs, powerSyncMs } = usualTiming
  return {
    ...usualTiming,
    conductorMs: conductorMs / pace,
    claimMs: claimMs / pace,
    settleMs: settleMs / pace,
    powerOffMs: powerOffMs / pace,
    powerSyncMs: powerSyncMs / pace,
    ...(serviceDownSeconds === undefined ? {} : { serviceDownMs: serviceDownSeconds * 1000 }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...timing
  }
}

const roomy: Amounts = { VCPU: 64, MEMORY_MB: 262_144, DISK_GB: 2000 }

const usualHabits: Habits = {
  failSpawn: 0,
  failAfterSpawn: 0,
  spawnMs: 3000,
  traitLagMs: 2000,
  bootMs: 30_000,
  resumeGuests: false
}

function habitsAt(pace: number): Habits {
  const { spawnMs, traitLagMs, bootMs } = usualHabits
  return { ...usualHabits, spawnMs: spawnMs / pace, traitLagMs: traitLagMs / pace, bootMs: bootMs / pace }
}

function bmcAt(pace: number): BmcHabits {
  return { ...goodBmc, offAfterMs: goodBmc.offAfterMs / pace }
}

export function addHost(world: World, name: string, spec: HostSpec, pace = 1): void {
  const index = world.hosts.size + 1
  const nowMs = world.clock.now()
  const disabled = spec.spare !== undefined || spec.disabled !== undefined
  world.hosts.set(name, {
    name,
    serviceId: world.idOf('service', name),
    nodeId: world.idOf('node', name),
    address: `10.0.${Math.floor(index / 256)}.${index % 256}`,
    capacity: spec.capacity ?? roomy,
    isBareMetal: spec.bareMetal === true,
    powered: true,
    kernel: 'running',
    compute: 'running',
    cutOff: false,
    mute: false,
    storageLost: false,
    beatAtMs: nowMs,
    poweringOff: false,
    enabled: !disabled,
    disabledReason:
      spec.disabled ?? (spec.spare === true ? spareReason : spec.spare === 'later' ? 'being installed' : undefined),
    forcedDown: spec.forcedDown ?? false,
    // Hosts don't report all at once.
    reportingSinceMs: nowMs - 600_000 - index * 1000,
    reportedAtMs: nowMs,
    changedAtMs: 0,
    refusedUntilMs: disabled ? Number.POSITIVE_INFINITY : 0,
    cellDown: false,
    held: new Set(),
    running: new Set(),
    paused: new Set(),
    defined: new Set(),
    queue: [],
    habits: { ...habitsAt(pace), ...spec.habits },
    bmc: { ...bmcAt(pace), ...spec.bmc },
    bmcs: spec.bmcs ?? {},
    ways: new Map(),
    claimFreeAtMs: 0,
    computeLife: 0
  })
  const servers = typeof spec.servers === 'number' ? plainServers(name, spec.servers) : (spec.servers ?? [])
  for (const server of servers) addServer(world, name, server)
}

/** `compute-01` with 2 servers: `vm-01-1`, `vm-01-2`. */
export function plainServers(host: string, count: number): ServerSpec[] {
  const suffix = host.replace(/^.*?(\d+)$/, '$1')
  return Array.from({ length: count }, (_, index) => ({ name: `vm-${suffix}-${index + 1}` }))
}

/** `host` undefined: it has none yet. */
export function addServer(world: World, host: string | undefined, spec: ServerSpec): ModelServer {
  const vmState = spec.vmState ?? 'active'
  const powerState =
    spec.powerState ?? (vmState === 'stopped' ? 'shutdown' : vmState === 'paused' ? 'paused' : 'running')
  const server: ModelServer = {
    id: world.idOf('server', spec.name),
    name: spec.name,
    projectId: spec.projectId ?? world.projectId,
    flavor: spec.flavor ?? 'plain',
    need: spec.need ?? { VCPU: 2, MEMORY_MB: 4096, DISK_GB: 20 },
    localDisk: spec.localDisk ?? true,
    extraSpecs: spec.extraSpecs ?? {},
    launched: spec.launched ?? true,
    locked: spec.locked ?? false,
    volumes: spec.volumes ?? [world.idOf('volume-of', spec.name)],
    metadata: spec.metadata ?? {},
    networked: spec.networked ?? true,
    createdAtMs: world.clock.now(),
    updatedAtMs: world.clock.now(),
    instanceName: `instance-${(world.servers.size + 1).toString(16).padStart(8, '0')}`,
    host,
    vmState,
    taskState: spec.taskState,
    powerState,
    fault: undefined,
    boundTo: host,
    allocatedOn: new Set(),
    actions: []
  }
  world.servers.set(server.id, server)
  const there = host === undefined ? undefined : hostOf(world, host)
  there?.defined.add(server.id)
  if (there !== undefined) allocate(server, there)
  // A paused guest keeps its memory and its disk.
  if (powerState === 'running' || powerState === 'paused') there?.running.add(server.id)
  if (powerState === 'paused') there?.paused.add(server.id)
  return server
}
