import type { Recovery } from './recovery.ts'
import type { Segment } from './segment.ts'

/** A recovery as it opens: the segment's settings are frozen into it (rule 19). */
export function openRecovery(
  id: string,
  host: string,
  segment: Segment,
  origin: Recovery['origin'],
  nowMs: number,
  more: { readonly chain?: number; readonly continues?: string } = {}
): Recovery {
  return {
    id,
    host,
    segment: segment.name,
    origin,
    openedAtMs: nowMs,
    chain: more.chain ?? 0,
    settings: segment.settings,
    phase: { state: 'confirming' },
    sinceMs: nowMs,
    fenceIntents: {},
    proofs: {},
    servers: [],
    targets: {},
    vouchedServers: {},
    ...(more.continues === undefined ? {} : { continues: more.continues })
  }
}

/**
 * The recovery that goes on where a partial one ended: the isolation and what the servers were are its own from the
 * start, the proof is read again before anything moves, and the attempts count anew. `unmoved`: the servers left.
 */
export function continueRecovery(id: string, partial: Recovery, unmoved: ReadonlySet<string>, nowMs: number): Recovery {
  const {
    plan: _plan,
    evidence: _evidence,
    guards: _guards,
    approval: _approval,
    cancelling: _cancelling,
    ...kept
  } = partial
  return {
    ...kept,
    id,
    origin: 'manual',
    openedAtMs: nowMs,
    continues: partial.id,
    phase: { state: 'planning' },
    sinceMs: nowMs,
    servers: partial.servers.filter(server => unmoved.has(server.id)),
    targets: Object.fromEntries(
      Object.entries(partial.targets).filter(([, { state }]) => state === 'failed' || state === 'lost')
    ),
    retriedAtMs: nowMs
  }
}
