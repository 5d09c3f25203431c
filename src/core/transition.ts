import { fenceBegun, heldAgain, holdPhase, provenAgain, resumed } from './holding.ts'
import type { ListedServer, Phase, Proof, Recovery, State, Working } from './recovery.ts'
import { proofOf } from './recovery.ts'
import type { RecoveryEvent } from './recovery-event.ts'
import type { Evidence } from './verdict.ts'

type Handler<E> = (recovery: Recovery, event: E) => Partial<Recovery> & { readonly phase: Phase }
type Handlers = { readonly [T in RecoveryEvent['type']]?: Handler<RecoveryEvent & { type: T }> }

const to = (state: Exclude<Working, 'fencing'>): Phase => ({ state })

const stopped: Handler<RecoveryEvent & { type: 'stopped' }> = (recovery, event) => ({
  phase: holdPhase(recovery, event.hold),
  ...(event.evidence === undefined ? {} : { evidence: event.evidence }),
  ...(event.guards === undefined ? {} : { guards: event.guards }),
  ...(event.plan === undefined ? {} : { plan: event.plan }),
  // Held after the fence it keeps what it has (rule 15).
  ...(event.release === undefined || fenceBegun(recovery) ? {} : { targets: without(recovery.targets, event.release) })
})

const cancelAsked: Handler<RecoveryEvent & { type: 'cancelAsked' }> = (recovery, { by, reason }) =>
  fenceBegun(recovery)
    ? {
        // Once it was isolated servers may be on their way: they are followed to their end first.
        phase:
          proofOf(recovery) === undefined && recovery.isolation === undefined
            ? { state: 'fencing', host: recovery.host }
            : to('moving'),
        cancelling: { by, reason }
      }
    : { phase: { state: 'cancelled', reason: `${by}: ${reason}` } }

const cancelled: Handler<RecoveryEvent & { type: 'cancelled' }> = (_, { because }) => ({
  phase: { state: 'cancelled', reason: because }
})
const planAgain = (): { phase: Phase } => ({ phase: to('planning') })
const targetChanged: Handler<RecoveryEvent & { type: 'targetChanged' }> = (recovery, { host, use }) => ({
  phase: to('planning'),
  targets: { ...recovery.targets, [host]: use }
})
const always: Handlers = { stopped, cancelAsked, cancelled }

const transitions: Readonly<Record<State, Handlers>> = {
  confirming: {
    ...always,
    confirmedDead: (_, { evidence }) => ({ phase: to('planning'), evidence }),
    foundHealthy: dismiss
  },
  planning: {
    ...always,
    foundHealthy: dismiss,
    foundEmpty,
    planned: (recovery, { plan, guards, targets, servers }) => ({
      phase: afterPlanning(recovery),
      plan,
      guards,
      targets,
      ...(servers === undefined ? {} : { servers: merged(recovery.servers, servers) })
    }),
    proven: targetProven
  },
  fencing: {
    ...always,
    evidenceChanged: (_, { evidence }) => ({ phase: to('confirming'), evidence }),
    proven: (recovery, event) =>
      event.host === recovery.host
        ? { phase: to('isolating'), proofs: { ...recovery.proofs, [event.host]: event.proof } }
        : targetProven(recovery, event)
  },
  isolating: {
    ...always,
    isolated: (recovery, { isolation, servers, plan, targets }) => ({
      phase: to('preparing'),
      isolation,
      servers: merged(recovery.servers, servers),
      plan,
      targets
    }),
    replanned: planAgain
  },
  preparing: {
    ...always,
    prepared: (_, { targets }) => ({ phase: to('moving'), targets }),
    targetChanged
  },
  moving: {
    ...always,
    allEnded: () => ({ phase: to('verifying') }),
    replanned: planAgain,
    targetChanged,
    targetSuspected: (recovery, { host, because }) => ({
      phase: { state: 'fencing', host },
      targets: {
        ...recovery.targets,
        [host]: { state: 'failed', isSpare: recovery.targets[host]?.isSpare ?? false, reason: because }
      }
    }),
    sourceCameOn: fenceAgain
  },
  verifying: {
    ...always,
    lateServers: (recovery, { servers }) => ({ phase: to('planning'), servers: merged(recovery.servers, servers) }),
    verified: (_, { unmoved, because }) => ({
      phase: unmoved.length === 0 ? { state: 'recovered' } : { state: 'partial', reason: because }
    })
  },
  held: {
    ...always,
    foundHealthy: dismiss,
    released: recovery => ({ phase: resumed(recovery) }),
    proven: (recovery, event) =>
      event.host === recovery.host
        ? { phase: provenAgain(recovery), proofs: { ...recovery.proofs, [event.host]: event.proof } }
        : targetProven(recovery, event),
    approved: (_, { approval }) => ({ phase: to('confirming'), approval }),
    vouched: vouchedFor,
    retried: (recovery, { atMs }) => ({ phase: resumed(recovery), retriedAtMs: atMs })
  },
  recovered: {},
  partial: {},
  dismissed: {},
  cancelled: {}
}

/** The recovery after `event`, or undefined when the event means nothing in this state. `nowMs` by the clock of the recovery's other times. */
export function transition(recovery: Recovery, event: RecoveryEvent, nowMs: number): Recovery | undefined {
  // Each state meets only its own handlers; TypeScript cannot follow that pairing through the lookup.
  const handler = transitions[recovery.phase.state][event.type] as Handler<RecoveryEvent> | undefined
  if (handler === undefined) return undefined
  const next = { ...recovery, ...handler(recovery, event) }
  if (next.phase.state === recovery.phase.state) return next
  return {
    ...next,
    sinceMs: nowMs,
    ...(next.phase.state === 'held' ? { lastHold: heldAgain(recovery, next.phase, nowMs) } : {})
  }
}

/**
 * Once a power-off was sent a healthy host is no false alarm any more: it may still go down, so nothing ends (rules 2, 7).
 * Nor is one that we forced down: servers may have left it, and it stays forced down.
 */
function dismiss(
  recovery: Recovery,
  event: { readonly evidence?: Evidence; readonly because: string }
): Partial<Recovery> & { phase: Phase } {
  const evidence = event.evidence === undefined ? {} : { evidence: event.evidence }
  if (!fenceBegun(recovery)) return { phase: { state: 'dismissed', reason: event.because }, ...evidence }
  const done = recovery.isolation === undefined ? 'a power-off was sent to it' : 'we have forced it down'
  const reason = `${event.because}, but ${done}: look at the host, then retry or cancel`
  return { phase: holdPhase(recovery, { code: 'not-fenced', reason, releasedBy: 'person' }), ...evidence }
}

/** Nothing to move: that ends it before the fence; what was begun is brought to its end. */
function foundEmpty(recovery: Recovery, { because }: { readonly because: string }): { phase: Phase } {
  if (proofOf(recovery) !== undefined) return { phase: to('verifying') }
  return {
    phase: fenceBegun(recovery) ? { state: 'fencing', host: recovery.host } : { state: 'dismissed', reason: because }
  }
}

function fenceAgain(recovery: Recovery): Partial<Recovery> & { phase: Phase } {
  return { phase: { state: 'fencing', host: recovery.host }, proofs: without(recovery.proofs, [recovery.host]) }
}

function targetProven(
  recovery: Recovery,
  { host, proof }: { readonly host: string; readonly proof: Proof }
): Partial<Recovery> & { phase: Phase } {
  const use = recovery.targets[host]
  return {
    phase: to('planning'),
    proofs: { ...recovery.proofs, [host]: proof },
    ...(use === undefined ? {} : { targets: { ...recovery.targets, [host]: { ...use, state: 'failed' } } })
  }
}

function vouchedFor(
  recovery: Recovery,
  event: RecoveryEvent & { type: 'vouched' }
): Partial<Recovery> & { phase: Phase } {
  if (event.server !== undefined) {
    const vouched = { ...recovery.vouchedServers, [event.server]: { by: event.by, atMs: event.atMs } }
    return { phase: to('planning'), vouchedServers: vouched, retriedAtMs: event.atMs }
  }
  const proof: Proof = { kind: 'vouched', by: event.by, reason: event.reason, atMs: event.atMs }
  const host = event.host ?? recovery.host
  if (host !== recovery.host) return targetProven(recovery, { host, proof })
  return { phase: provenAgain(recovery), proofs: { ...recovery.proofs, [host]: proof } }
}

/** Planned again after the fence it goes on where it left off. */
function afterPlanning(recovery: Recovery): Phase {
  if (proofOf(recovery) === undefined) return { state: 'fencing', host: recovery.host }
  return to(recovery.isolation === undefined ? 'isolating' : 'preparing')
}

/** What was written down first about a server stays; what the rules say of it may come later. */
function merged(known: readonly ListedServer[], listed: readonly ListedServer[]): readonly ListedServer[] {
  const ids = new Set(known.map(server => server.id))
  const stopped = new Set(listed.flatMap(({ id, leaveStopped }) => (leaveStopped === true ? id : [])))
  return [
    ...known.map(server => (stopped.has(server.id) ? { ...server, leaveStopped: true as const } : server)),
    ...listed.filter(server => !ids.has(server.id))
  ]
}

function without<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))
}
