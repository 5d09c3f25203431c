import type { Move } from '../../../core/moves.ts'
import { movesOf, pinOf } from '../../../core/moves.ts'
import type { Context } from '../../recovery/context.ts'

/** Servers whose move reached a host and failed there, where each may run all the same (rule 14). */
export function copiesInDoubt({ recovery, steps }: Context): { readonly move: Move; readonly host: string }[] {
  return movesOf(recovery, steps)
    .filter(({ state }) => ['waiting', 'failed', 'stays'].includes(state))
    .flatMap(move => {
      const host = pinOf(move.server, recovery, steps)
      return host === undefined ? [] : [{ move, host }]
    })
}
