import { StoreUnavailable } from '../../../errors.ts'
import type { FenceFailure } from '../../judgement/fence-failure.ts'
import { isFinal } from '../../judgement/fence-failure.ts'
import type { Context } from '../../recovery/context.ts'
import { note, record } from '../../recovery/context.ts'

/**
 * Why it takes so long: an agent that fails and is asked again until `untilMs` is told in the timeline, once for each cause.
 * `told` remembers that. What is final ends the step, and its sentence tells. A store that is away stops no fence for a note.
 */
export async function sayFailures(
  ctx: Context,
  host: string,
  failures: readonly (readonly [agent: string, failure: FenceFailure])[],
  { untilMs, told }: { readonly untilMs: number; readonly told: Set<string> }
): Promise<void> {
  const fresh = failures.filter(([agent, failure]) => !isFinal(failure) && !told.has(`${agent} ${failure.code}`))
  if (fresh.length === 0) return
  const until = new Date(untilMs).toISOString()
  const events = fresh.map(([agent, { why }]) => note('note', `${agent}: ${why}; tried again until ${until}`, host))
  try {
    await record(ctx, { events })
    for (const [agent, { code }] of fresh) told.add(`${agent} ${code}`)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}
