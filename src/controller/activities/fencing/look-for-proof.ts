import { stepsOf, witnessesOf } from '../../../core/ladder.ts'
import type { PowerReading } from '../../../core/recovery.ts'
import type { RecoveryEvent } from '../../../core/recovery-event.ts'
import { proofByReading } from '../../judgement/reread-proof.ts'
import type { Context } from '../../recovery/context.ts'

/** A BMC that mends may bring the proof by itself; nothing is sent to it. undefined when there is none. */
export async function lookForProof(
  ctx: Context,
  host: string
): Promise<(RecoveryEvent & { readonly type: 'proven' }) | undefined> {
  const heard = new Map<string, PowerReading>()
  const ladder = ctx.ports.policy.segment(ctx.recovery.segment)?.fencing
  for (const step of stepsOf(ladder)) {
    const proof = await proofByReading(ctx, step.agents, host, heard)
    // One that says on is not overruled by one that says off.
    if (witnessesOf(ladder).some(agent => saysOn(heard.get(agent)))) return undefined
    if (proof !== undefined) return { type: 'proven', host, proof }
  }
  return undefined
}

function saysOn(reading: PowerReading | undefined): boolean {
  return reading?.power === 'on' && reading.isHearsay !== true
}
