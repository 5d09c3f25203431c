import type { Recovery } from './recovery.ts'
import type { Decision, Overrides } from './rules.ts'
import type { Segment, Settings } from './segment.ts'

/** A recovery as it opens: the segment's settings and what the deciding rule sets are frozen into it (rule 19). */
export function openRecovery(
  id: string,
  host: string,
  segment: Segment,
  origin: Recovery['origin'],
  nowMs: number,
  more: { readonly chain?: number; readonly continues?: string; readonly decision?: Decision } = {}
): Recovery {
  const { decision } = more
  return {
    id,
    host,
    segment: segment.name,
    origin,
    openedAtMs: nowMs,
    chain: more.chain ?? 0,
    settings: overridden(segment.settings, decision?.overrides),
    phase: { state: 'confirming' },
    sinceMs: nowMs,
    fenceIntents: {},
    proofs: {},
    servers: [],
    targets: {},
    vouchedServers: {},
    ...(more.continues === undefined ? {} : { continues: more.continues }),
    ...(decision === undefined ? {} : { decision })
  }
}

/** The segment's settings with those of the rule in their place. */
function overridden(settings: Settings, { method, confirm, evacuate }: Overrides = {}): Settings {
  return {
    ...settings,
    ...(method === undefined ? {} : { method }),
    confirm: { ...settings.confirm, ...confirm },
    evacuate: { ...settings.evacuate, ...evacuate }
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
