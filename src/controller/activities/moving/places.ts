import { movesOf } from '../../../core/moves.ts'
import type { Context } from '../../recovery/context.ts'
import { isStuck } from './stuck.ts'

/**
 * Gives back the places in the limits of all that is not under way: what has ended or never began, and what is stuck,
 * or those that wait behind it would wait for ever. Safe to repeat: what a failing store has kept is given back later.
 */
export async function keepPlaces(ctx: Context): Promise<void> {
  const { memory, ports, recovery, steps } = ctx
  const isUnderWay = movesOf(recovery, steps).filter(
    move => (move.state === 'sending' || move.state === 'moving') && !isStuck(ctx, move)
  )
  const needed = new Set([...memory.inFlight.keys(), ...isUnderWay.map(move => move.server)])
  // What an earlier run of this recovery took is not known: once it is asked for all.
  if (memory.places !== undefined && [...memory.places].every(server => needed.has(server))) return
  await ports.store.keepSlots(ctx.lease, [...needed])
  memory.places = needed
}
