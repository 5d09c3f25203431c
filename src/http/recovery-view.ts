import type { StoredEvent, StoredRecovery } from '../controller/ports/ports.ts'
import { movesOf } from '../core/moves.ts'
import type { Phase } from '../core/recovery.ts'
import { proofOf } from '../core/recovery.ts'
import type { Signal } from '../core/signal.ts'
import type { Step } from '../core/step.ts'

/** schemas/recovery-summary.json: a recovery in short. */
export function summaryOf({ recovery, version, closedAtMs }: StoredRecovery): object {
  const { id, host, segment, origin, openedAtMs, sinceMs, continues, phase, evidence, plan } = recovery
  return present({
    id,
    version,
    host,
    segment,
    origin,
    state: phase.state,
    openedAtMs,
    sinceMs,
    closedAtMs,
    continues,
    reason: 'reason' in phase ? phase.reason : undefined,
    hold: holdOf(phase),
    verdict: evidence?.verdict,
    proof: proofOf(recovery)?.kind,
    moves: { planned: plan?.moves.length ?? 0, staying: plan?.staying.length ?? 0 }
  })
}

/** schemas/recovery.json: all that is known of it. */
export function detailOf(
  stored: StoredRecovery,
  steps: readonly Step[],
  timeline: readonly StoredEvent[],
  signals: readonly Signal[]
): object {
  const { settings, decision, evidence, guards, plan, approval, fenceIntents, proofs, phase } = stored.recovery
  const { isolation, servers, targets, vouchedServers, cancelling, chain } = stored.recovery
  return {
    ...summaryOf(stored),
    ...present({
      owner: stored.owner,
      fencing: fencingOf(phase),
      decision,
      evidence,
      guards,
      plan,
      approval,
      isolation,
      cancelling
    }),
    chain,
    settings,
    fenceIntents,
    proofs,
    servers,
    targets,
    vouchedServers,
    moveList: movesOf(stored.recovery, steps),
    timeline,
    signals
  }
}

function holdOf(phase: Phase): object | undefined {
  if (phase.state !== 'held') return undefined
  const { code, guard, reason, releasedBy, retryHelps } = phase.hold
  return present({ from: phase.from, code, guard, reason, releasedBy, retryHelps })
}

function fencingOf(phase: Phase): string | undefined {
  if (phase.state === 'fencing') return phase.host
  return phase.state === 'held' ? phase.fencing : undefined
}

/** Leaves out what is not there, so that the answer has no nulls. */
function present(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
