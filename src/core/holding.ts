import type { Stage } from './guards/guard.ts'
import type { Hold, Phase, Recovery, Working } from './recovery.ts'
import { proofOf } from './recovery.ts'

/**
 * Pre-fence work starts from the evidence again; later work goes on where it was. What was isolated counts though its proof
 * has ended and nobody had to power it off: servers may have left it.
 */
export function fenceBegun(recovery: Recovery): boolean {
  const { fenceIntents, host, isolation } = recovery
  return fenceIntents[host] !== undefined || isolation !== undefined || proofOf(recovery) !== undefined
}

/** Which guards are asked of it now. One that was planned again after a power-off begins anew, with all of them. */
export function stageOf(recovery: Recovery): Stage {
  const { fenceIntents, host, isolation, phase } = recovery
  if (proofOf(recovery) !== undefined || isolation !== undefined) return 'fenced'
  const state = phase.state === 'held' ? phase.from : phase.state
  return state === 'fencing' && fenceIntents[host] !== undefined ? 'fencing' : 'unfenced'
}

const to = (state: Exclude<Working, 'fencing'>): Phase => ({ state })

/**
 * Where a hold goes on: from the evidence if the fence was not begun; what was fenced or isolated is brought to its end;
 * later work is planned again, since what held it has changed.
 */
export function resumed(recovery: Recovery): Phase {
  if (recovery.phase.state !== 'held' || !fenceBegun(recovery)) return to('confirming')
  const { from, fencing } = recovery.phase
  if (from === 'fencing') return { state: 'fencing', host: fencing ?? recovery.host }
  return to(from === 'confirming' || from === 'isolating' ? from : 'planning')
}

/** What is proven is not fenced once more: it goes on with the isolation, which looks at what is so already. */
export function provenAgain(recovery: Recovery): Phase {
  const phase = resumed(recovery)
  return recovery.isolation === undefined || ['confirming', 'fencing'].includes(phase.state) ? to('isolating') : phase
}

/** The same hold within this time is the same trouble. */
const sameHoldMs = 3_600_000

export function heldAgain(
  before: Recovery,
  phase: Phase & { state: 'held' },
  nowMs: number
): NonNullable<Recovery['lastHold']> {
  const { hold, from } = phase
  const last = before.lastHold
  const again = last?.code === hold.code && last.from === from && nowMs - last.atMs < sameHoldMs
  return { code: hold.code, from, atMs: nowMs, count: again ? last.count + 1 : 0 }
}

export function holdPhase(recovery: Recovery, hold: Hold): Phase {
  if (recovery.phase.state === 'held') return { ...recovery.phase, hold }
  if (recovery.phase.state === 'fencing') return { state: 'held', from: 'fencing', fencing: recovery.phase.host, hold }
  return { state: 'held', from: recovery.phase.state as Working, hold }
}
