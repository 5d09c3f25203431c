import type { Move } from '../../../core/moves.ts'
import type { Context } from '../../recovery/context.ts'

/** Past its time, or on a target that died: nothing more can be learnt by waiting. */
export function isStuck({ memory, ports, recovery }: Context, move: Move): boolean {
  if ((move.state !== 'sending' && move.state !== 'moving') || memory.inFlight.has(move.server)) return false
  // Its request may still arrive, and is waited for; then it has failed.
  if (move.target !== undefined && recovery.proofs[move.target] !== undefined) return false
  if (move.target !== undefined && recovery.targets[move.target]?.state === 'lost') return true
  const sinceMs = Math.max(move.beganAtMs ?? 0, recovery.retriedAtMs ?? 0)
  return ports.clock.now() - sinceMs > recovery.settings.evacuate.moveTimeoutMs
}
