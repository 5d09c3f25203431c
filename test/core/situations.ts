import type { Phase, Recovery } from '../../src/core/recovery.ts'
import type { RecoveryEvent } from '../../src/core/recovery-event.ts'
import {
  afterFence,
  evidenceOf,
  fenced,
  holdOf,
  isolation,
  listedOf,
  nowMs,
  planOf,
  recoveryOf,
  source
} from './builders.ts'

/** One event of each type, as the activities and the operators bring them about. */
export const events: { readonly [T in RecoveryEvent['type']]: RecoveryEvent & { readonly type: T } } = {
  confirmedDead: { type: 'confirmedDead', evidence: evidenceOf('dead') },
  foundHealthy: { type: 'foundHealthy', evidence: evidenceOf('healthy'), because: 'it reports again' },
  stopped: { type: 'stopped', hold: holdOf('guard', 'world') },
  planned: {
    type: 'planned',
    plan: planOf({ one: 'spare-2' }, { hash: 'hash-2' }),
    guards: [],
    targets: { 'spare-2': { state: 'reserved', isSpare: true } }
  },
  foundEmpty: { type: 'foundEmpty', because: 'no server is on it' },
  evidenceChanged: { type: 'evidenceChanged', evidence: evidenceOf('unknown') },
  proven: { type: 'proven', host: source, proof: fenced },
  isolated: {
    type: 'isolated',
    isolation,
    servers: [listedOf('one', 'error'), listedOf('three')],
    plan: planOf({ one: 'spare-1', three: 'spare-1' }),
    targets: { 'spare-1': { state: 'reserved', isSpare: true } }
  },
  prepared: { type: 'prepared', targets: { 'spare-1': { state: 'prepared', isSpare: true } } },
  targetChanged: {
    type: 'targetChanged',
    host: 'spare-1',
    use: { state: 'lost', isSpare: true, reason: 'it died' },
    because: 'it died'
  },
  replanned: { type: 'replanned', because: 'a server needs another target' },
  targetSuspected: { type: 'targetSuspected', host: 'spare-1', because: 'a copy may run there' },
  sourceCameOn: { type: 'sourceCameOn', because: 'the BMC says on' },
  allEnded: { type: 'allEnded' },
  lateServers: { type: 'lateServers', servers: [listedOf('one', 'error'), listedOf('late')], because: 'one came late' },
  verified: { type: 'verified', unmoved: [], because: 'all is well' },
  released: { type: 'released', because: 'what held it is gone' },
  approved: { type: 'approved', approval: { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 60_000 } },
  vouched: { type: 'vouched', by: 'alice', reason: 'I pulled the plug', atMs: nowMs },
  retried: { type: 'retried', by: 'alice', atMs: nowMs },
  cancelAsked: { type: 'cancelAsked', by: 'alice', reason: 'a drill' },
  cancelled: { type: 'cancelled', because: 'alice: a drill' }
}

/** The same events about a target instead of the failed host, and with their other outcomes. */
export const variants: Readonly<Record<string, RecoveryEvent>> = {
  'proven (target)': { type: 'proven', host: 'spare-1', proof: fenced },
  'vouched (target)': { ...events.vouched, host: 'spare-1' },
  'vouched (server)': { ...events.vouched, server: 'one' },
  'verified (some stay)': { type: 'verified', unmoved: ['two'], because: 'two could not be moved' }
}

const held = (from: Extract<Phase, { state: 'held' }>['from'], fencing?: string): Phase => ({
  state: 'held',
  from,
  hold: holdOf('guard'),
  ...(fencing === undefined ? {} : { fencing })
})
const intended: Partial<Recovery> = { fenceIntents: { [source]: nowMs } }
const reserved: Partial<Recovery> = { targets: { 'spare-1': { state: 'reserved', isSpare: true } } }
const { isolation: _isolation, ...proven } = afterFence
const { proofs: _proofs, ...unproven } = afterFence

/** Every state, at each point of the journey at which it can be. */
export const situations: Readonly<Record<string, Recovery>> = {
  confirming: recoveryOf(),
  'confirming, power-off intended': recoveryOf(intended),
  planning: recoveryOf({ phase: { state: 'planning' } }),
  'planning after the proof': recoveryOf({ ...proven, phase: { state: 'planning' } }),
  'planning after isolating': recoveryOf({ ...afterFence, phase: { state: 'planning' } }),
  fencing: recoveryOf({ ...reserved, phase: { state: 'fencing', host: source } }),
  'fencing, power-off intended': recoveryOf({ ...reserved, ...intended, phase: { state: 'fencing', host: source } }),
  'fencing again': recoveryOf({ ...unproven, phase: { state: 'fencing', host: source } }),
  'fencing a target': recoveryOf({ ...afterFence, phase: { state: 'fencing', host: 'spare-1' } }),
  isolating: recoveryOf({ ...proven, servers: [], phase: { state: 'isolating' } }),
  preparing: recoveryOf({ ...afterFence, phase: { state: 'preparing' } }),
  moving: recoveryOf({ ...afterFence, phase: { state: 'moving' } }),
  verifying: recoveryOf({ ...afterFence, phase: { state: 'verifying' } }),
  'held from confirming': recoveryOf({ phase: held('confirming') }),
  'held from planning': recoveryOf({ phase: held('planning') }),
  'held from fencing before the intent': recoveryOf({ ...reserved, phase: held('fencing', source) }),
  'held from fencing': recoveryOf({ ...reserved, ...intended, phase: held('fencing', source) }),
  'held from fencing again': recoveryOf({ ...unproven, phase: held('fencing', source) }),
  'held from fencing a target': recoveryOf({ ...afterFence, phase: held('fencing', 'spare-1') }),
  'held from isolating': recoveryOf({ ...proven, servers: [], phase: held('isolating') }),
  'held from preparing': recoveryOf({ ...afterFence, phase: held('preparing') }),
  'held from moving': recoveryOf({ ...afterFence, phase: held('moving') }),
  'held from verifying': recoveryOf({ ...afterFence, phase: held('verifying') }),
  recovered: recoveryOf({ ...afterFence, phase: { state: 'recovered' } }),
  partial: recoveryOf({ ...afterFence, phase: { state: 'partial', reason: 'two stays' } }),
  dismissed: recoveryOf({ phase: { state: 'dismissed', reason: 'healthy' } }),
  cancelled: recoveryOf({ ...afterFence, phase: { state: 'cancelled', reason: 'alice' } })
}
