import type { Move } from '../../../core/moves.ts'
import { movesOf } from '../../../core/moves.ts'
import type { Context } from '../../context.ts'

/** Past its time, or on a target that died: nothing more can be learnt by waiting. */
export function isStuck(ctx: Context, move: Move): boolean {
  if (move.state !== 'sending' && move.state !== 'moving' && move.state !== 'restoring') return false
  if (move.target !== undefined && ctx.recovery.targets[move.target]?.state === 'lost') return true
  return ctx.ports.clock.now() - (move.beganAtMs ?? 0) > ctx.recovery.settings.evacuate.moveTimeoutMs
}

/** What is stuck gives back its places in the limits: those that wait behind it would wait for ever. */
export async function yieldPlaces(ctx: Context): Promise<void> {
  for (const move of movesOf(ctx.recovery, ctx.steps)) {
    if (!isStuck(ctx, move) || ctx.memory.yielded.has(move.server)) continue
    await ctx.ports.store.freeSlots(ctx.lease, move.server)
    ctx.memory.yielded.add(move.server)
  }
}
