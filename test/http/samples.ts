import type { StoredEvent, StoredRecovery } from '../../src/controller/ports/ports.ts'
import type { DryRun, SegmentView, Service } from '../../src/controller/service/service.ts'
import type { Plan } from '../../src/core/plan.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import type { Signal } from '../../src/core/signal.ts'
import type { Step } from '../../src/core/step.ts'
import type { Evidence } from '../../src/core/verdict.ts'
import type { AppDeps } from '../../src/http/app.ts'

export const nowMs = Date.UTC(2026, 10, 23, 12)

const evidence: Evidence = {
  verdict: 'dead',
  because: 'Nova saw its last report 42 s ago and nothing answers on port 22.',
  observations: [{ source: 'nova', way: 'nova', says: 'down', detail: 'last report 42 s ago', atMs: 1 }],
  atMs: nowMs - 50_000
}

const plan: Plan = {
  moves: [
    { server: 'vm-1', name: 'web', target: 'spare-1', need: { VCPU: 2, MEMORY_MB: 2048 } },
    {
      ...{ server: 'vm-2', name: 'db', target: 'spare-1', need: { VCPU: 4 }, group: 'g-1' },
      policy: { then: 'leaveStopped', priority: 1, rule: 'databases', failed: ['by tag: no such key'] }
    }
  ],
  staying: [
    { server: 'vm-3', name: 'gpu', because: 'kind', reason: 'it was never started' },
    {
      ...{ server: 'vm-4', name: 'ci', because: 'policy', reason: 'the instance rule "ci" leaves it' },
      policy: { then: 'leave', priority: 5, rule: 'ci' }
    }
  ],
  targets: ['spare-1'],
  refused: { 'spare-2': 'is down' },
  estimatedSeconds: 40,
  hash: 'abc'
}

export const recovery: Recovery = {
  id: 'r-1',
  host: 'compute-01',
  segment: 'rack-a',
  origin: 'alarm',
  chain: 0,
  openedAtMs: nowMs - 60_000,
  settings: {
    method: 'reserved_host',
    storage: 'shared',
    allowLocalDiskLoss: false,
    confirm: { downMs: 20_000, timeoutMs: 120_000 },
    evacuate: { perTarget: 8, moveTimeoutMs: 600_000, attempts: 2, spread: 'fewest', moveUnusual: true }
  },
  phase: { state: 'held', from: 'moving', hold: { code: 'proof', reason: 'The BMC reads On.', releasedBy: 'person' } },
  sinceMs: nowMs - 30_000,
  decision: {
    outcome: 'recover',
    rule: 'dead host',
    because: 'rule "dead host" says recover with approval',
    overrides: { approval: 'required', confirm: { downMs: 60_000 } },
    tried: [
      { rule: 'lab', result: 'notMatched', because: 'host.name == "lab" is not true' },
      { rule: 'dead host', result: 'matched', because: 'it is true' }
    ]
  },
  evidence,
  guards: [
    {
      guard: 'armed',
      holds: false,
      reason: 'rack-a is armed',
      releasedBy: 'person',
      approvable: false,
      inputs: { armed: true }
    }
  ],
  plan,
  fenceIntents: { 'compute-01': nowMs - 45_000 },
  proofs: {
    'compute-01': {
      kind: 'fenced',
      agents: [{ agent: 'rack-a-redfish', method: 'redfish', identity: 'SN1' }],
      readings: [{ agent: 'rack-a-redfish', method: 'redfish', power: 'off', atMs: nowMs - 41_000, identity: 'SN1' }],
      atMs: nowMs - 40_000
    }
  },
  isolation: {
    disabledByUs: true,
    forcedDownByUs: true,
    reason: 'switchover: failed, recovery r-1',
    atMs: nowMs - 39_000,
    novaAtMs: nowMs - 39_000
  },
  servers: [{ id: 'vm-1', name: 'web', vmState: 'active', powerState: 'running', locked: false }],
  targets: { 'spare-1': { state: 'prepared', isSpare: true } },
  vouchedServers: {}
}

export const stored: StoredRecovery = { recovery, version: 7, owner: 'replica-1' }

export const closed: StoredRecovery = {
  recovery: { ...recovery, id: 'r-0', phase: { state: 'dismissed', reason: 'It answers.' } },
  version: 3,
  closedAtMs: nowMs - 5_000
}

export const steps: Step[] = [
  { kind: 'power-off', target: 'compute-01', attempt: 1, state: 'done', intentAtMs: nowMs - 45_000 },
  {
    kind: 'evacuate',
    target: 'vm-1',
    attempt: 1,
    state: 'failed',
    intentAtMs: nowMs - 38_000,
    to: 'spare-1',
    error: 'No valid host'
  },
  {
    kind: 'evacuate',
    target: 'vm-1',
    attempt: 2,
    state: 'sent',
    intentAtMs: nowMs - 33_000,
    to: 'spare-1',
    migration: 12,
    requestId: 'req-1'
  }
]

export const timeline: StoredEvent[] = [
  {
    recovery: 'r-1',
    seq: 1,
    atMs: nowMs - 60_000,
    kind: 'opened',
    actor: 'aodh',
    text: 'An alarm of compute-01 opened it.'
  },
  {
    recovery: 'r-1',
    seq: 2,
    atMs: nowMs - 50_000,
    kind: 'state',
    actor: 'replica-1',
    target: 'compute-01',
    text: 'Its verdict is dead.',
    data: { seconds: 10 }
  }
]

export const signal: Signal = {
  id: 's-1',
  source: 'aodh',
  actor: 'aodh',
  receivedAtMs: nowMs - 60_000,
  host: 'compute-01',
  alarm: {
    id: 'a-1',
    name: 'host-down',
    current: 'alarm',
    type: 'event',
    eventType: 'compute.host.down',
    traits: { host: 'compute-01' }
  },
  outcome: 'opened',
  because: 'compute-01 is in rack-a and has no open recovery.',
  recovery: 'r-1',
  cleared: false,
  rules: [{ rule: 'dead host', result: 'matched', because: 'it is true' }]
}

export const segment: SegmentView = {
  name: 'rack-a',
  armed: true,
  method: 'reserved_host',
  hosts: [{ name: 'compute-01', state: 'down', status: 'enabled', forcedDown: false, recovery: 'r-1' }],
  spares: [
    { name: 'spare-1', state: 'up', status: 'enabled', heldBy: 'r-1', ready: true },
    { name: 'spare-2', state: 'up', status: 'disabled', ready: true },
    { name: 'spare-3', state: 'down', status: 'disabled', ready: false, because: 'it is down' }
  ],
  spareLeft: true
}

export const dryRun: DryRun = {
  host: 'compute-01',
  segment: 'rack-a',
  evidence,
  guards: [
    {
      guard: 'armed',
      holds: true,
      reason: 'rack-a is only observed',
      releasedBy: 'person',
      approvable: false,
      inputs: { armed: false }
    }
  ],
  plan,
  summary: 'would move 2 servers to spare-1'
}

/** A service that knows one segment, rack-a with compute-01, and accepts what it is told. */
export const service: Service = {
  receive: async () => ({ signal: 's-1', outcome: 'opened', recovery: 'r-1' }),
  resolve: async id => (id === 's-1' ? { signal: 's-1', outcome: 'opened', recovery: 'r-1' } : undefined),
  dryRun: async host => (host === 'compute-01' ? dryRun : undefined),
  command: async () => 'accepted',
  setArming: async (_change, actor, reason) => ({ armed: true, segments: {}, actor, reason, atMs: nowMs }),
  segments: async () => [segment],
  dependencies: () => [
    { name: 'nova', ok: true, lastSeenMs: nowMs - 1000 },
    { name: 'keystone', ok: true }
  ],
  inForce: arming => ({ 'rack-a': arming.segments['rack-a'] ?? arming.armed ?? false }),
  knowsSegment: name => name === 'rack-a',
  knowsHost: host => host.startsWith('compute-')
}

/** What the routes ask of the store; the rest of it is never called over HTTP. */
export const store = {
  recoveries: async () => ({ items: [stored, closed], cursor: 'next' }),
  recovery: async (id: string) => (id === 'r-1' ? stored : undefined),
  steps: async () => steps,
  events: async () => timeline,
  signalsOf: async () => [signal],
  signals: async () => ({ items: [signal] }),
  arming: async () => ({
    armed: false,
    segments: { 'rack-a': true },
    reason: 'first week',
    actor: 'alice',
    atMs: nowMs
  }),
  summary: async () => ({
    states: { held: 1, recovered: 4 },
    held: [
      {
        ...{ recovery: 'r-1', host: 'compute-01', code: 'proof', reason: 'The BMC reads On.' },
        ...{ releasedBy: 'person', sinceMs: nowMs - 30_000 }
      }
    ],
    signals: { opened: 2 }
  }),
  duties: async () => [{ duty: 'poll', owner: 'replica-1', untilMs: nowMs + 10_000, lastDoneMs: nowMs - 5_000 }],
  ping: async () => undefined
} as unknown as AppDeps['store']
