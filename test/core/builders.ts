import type { Host, HostsReading, Migration, Room, Server } from '../../src/core/inventory.ts'
import { openRecovery } from '../../src/core/open.ts'
import type { Candidate, Plan, PlanQuestion } from '../../src/core/plan.ts'
import type { Hold, ListedServer, Proof, Recovery } from '../../src/core/recovery.ts'
import type { Segment, SegmentLimits, Settings } from '../../src/core/segment.ts'
import type { Step } from '../../src/core/step.ts'
import type { Evidence } from '../../src/core/verdict.ts'

/** The failed host of every test, and a moment that all clocks agree on. */
export const source = 'compute-01'
export const nowMs = 1_800_000_000_000

export const settings: Settings = {
  method: 'reserved_host',
  storage: 'shared',
  allowLocalDiskLoss: false,
  confirm: { downMs: 20_000, timeoutMs: 120_000 },
  evacuate: { perTarget: 8, moveTimeoutMs: 600_000, attempts: 2, spread: 'fewest', moveUnusual: true }
}

export const limits: SegmentLimits = {
  recoveriesPerHour: 1,
  hostsDownPercent: 30,
  quietMs: 600_000,
  failuresPerHost: 2,
  failuresWindowMs: 86_400_000
}

export function segmentOf(changes: Partial<Segment> = {}): Segment {
  return {
    name: 'rack-a',
    hosts: [source, 'compute-02', 'compute-03'],
    spares: ['spare-1', 'spare-2'],
    settings,
    alive: [],
    fencing: [{ agents: ['bmc'], timeoutMs: 90_000, retries: 2 }],
    approval: 'none',
    limits,
    ...changes
  }
}

export function recoveryOf(changes: Partial<Recovery> = {}): Recovery {
  return { ...openRecovery('recovery-1', source, segmentOf(), 'alarm', nowMs), ...changes }
}

export function hostOf(name: string, changes: Partial<Host> = {}): Host {
  return {
    name,
    serviceId: `id-of-${name}`,
    status: 'enabled',
    state: 'up',
    forcedDown: false,
    reportedAtMs: nowMs,
    ...changes
  }
}

export function readingOf(...hosts: Host[]): HostsReading {
  return { atMs: nowMs, hosts }
}

export function serverOf(id: string, changes: Partial<Server> = {}): Server {
  return {
    id,
    name: `name-of-${id}`,
    projectId: 'project',
    host: source,
    vmState: 'active',
    powerState: 'running',
    locked: false,
    launched: true,
    localDisk: false,
    flavorNeed: { VCPU: 1, MEMORY_MB: 1024 },
    extraSpecs: {},
    volumes: [],
    metadata: {},
    ...changes
  }
}

export function listedOf(id: string, vmState = 'active'): ListedServer {
  return { id, name: `name-of-${id}`, vmState, powerState: 'running', locked: false }
}

export function candidateOf(host: string, changes: Partial<Room> = {}): Candidate {
  const free = { VCPU: 64, MEMORY_MB: 65_536 }
  return { room: { host, schedulable: true, free, maxUnit: free, traits: [], ...changes }, isSpare: true }
}

export function questionOf(changes: Partial<PlanQuestion> = {}): PlanQuestion {
  return {
    servers: [],
    needs: new Map(),
    groups: [],
    elsewhere: new Map(),
    pools: [[candidateOf('spare-1')]],
    unfit: {},
    pinned: new Map(),
    blocked: new Map(),
    policy: new Map(),
    settings,
    ...changes
  }
}

/** A plan that moves each server to the target it is given. */
export function planOf(moves: Readonly<Record<string, string>>, changes: Partial<Plan> = {}): Plan {
  const planned = Object.entries(moves).map(([server, target]) => ({
    server,
    name: `name-of-${server}`,
    target,
    need: { MEMORY_MB: 1024 }
  }))
  const targets = [...new Set(Object.values(moves))]
  return { moves: planned, staying: [], targets, refused: {}, estimatedSeconds: 5, hash: 'hash-1', ...changes }
}

export function evacuateOf(server: string, to: string, changes: Partial<Step> = {}): Step {
  return { kind: 'evacuate', target: server, attempt: 1, state: 'sent', intentAtMs: nowMs, to, ...changes }
}

export function migrationOf(id: number, server: string, status: string, changes: Partial<Migration> = {}): Migration {
  return { id, type: 'evacuation', server, source, dest: 'spare-1', status, createdAtMs: nowMs, ...changes }
}

export function holdOf(code: Hold['code'], releasedBy: Hold['releasedBy'] = 'person'): Hold {
  return { code, reason: `held for ${code}`, releasedBy }
}

export function evidenceOf(verdict: Evidence['verdict']): Evidence {
  return { verdict, because: `it is ${verdict}`, observations: [], atMs: nowMs }
}

/** Two readings of `off` by the BMC. */
export const fenced: Proof = {
  kind: 'fenced',
  agents: [{ agent: 'bmc', method: 'redfish' }],
  atMs: nowMs,
  readings: [
    { agent: 'bmc', method: 'redfish', power: 'off', atMs: nowMs - 2000 },
    { agent: 'bmc', method: 'redfish', power: 'off', atMs: nowMs }
  ]
}

export const isolation: NonNullable<Recovery['isolation']> = {
  disabledByUs: true,
  forcedDownByUs: true,
  reason: 'switchover: failed, recovery recovery-1',
  atMs: nowMs,
  novaAtMs: nowMs - 60_000
}

/** What a recovery has once its host is proven off and forced down. */
export const afterFence: Partial<Recovery> = {
  fenceIntents: { [source]: nowMs },
  proofs: { [source]: fenced },
  isolation,
  servers: [listedOf('one'), listedOf('two', 'stopped')],
  plan: planOf({ one: 'spare-1', two: 'spare-1' }),
  targets: { 'spare-1': { state: 'prepared', isSpare: true } }
}
