import { holdFor } from '../../../core/guards/hold-of.ts'
import type { Ladder } from '../../../core/ladder.ts'
import { stepsOf, witnessesOf } from '../../../core/ladder.ts'
import { spokenAtMs } from '../../../core/proof.ts'
import type { PowerReading } from '../../../core/recovery.ts'
import type { RecoveryEvent } from '../../../core/recovery-event.ts'
import { ownLinkGuard } from '../../judgement/bmc-link.ts'
import type { FenceFailure } from '../../judgement/fence-failure.ts'
import { readRound } from '../../judgement/power.ts'
import { heardProof } from '../../judgement/reread-proof.ts'
import type { Context } from '../../recovery/context.ts'
import { notFenced } from '../holds.ts'
import { forgetReports } from '../moving/reports.ts'
import { objectionToPowerOff, objectionToProof, renewed } from './before-power-off.ts'
import type { Climb } from './climb-step.ts'
import { climbStep } from './climb-step.ts'

/** The steps of the ladder in their order; the first that proves it ends it. */
export async function climbLadder(ctx: Context, host: string, ladder: Ladder): Promise<RecoveryEvent | 'interrupted'> {
  const { recovery, ports } = ctx
  ctx.memory.ladder = ladder
  const failures: FenceFailure[] = []
  const sentences: string[] = []
  let mends = stepsOf(ladder).length === 0
  const heard = new Map<string, PowerReading>()
  const climb: Climb = {
    heard,
    objectionToPowerOff: async () => await objectionToPowerOff(ctx, host),
    objectionToProof: async () => (host === recovery.host ? await objectionToProof(ctx) : undefined),
    askedAtMs: ports.clock.now()
  }
  for (const step of stepsOf(ladder)) {
    const earlier = new Map(heard)
    const outcome = await climbStep(ctx, step, host, climb)
    if (outcome === 'interrupted') return outcome
    if ('event' in outcome) return outcome.event
    if ('failures' in outcome) {
      failures.push(...outcome.failures)
      sentences.push(outcome.because)
      // A host that is being recovered is not rehearsed: who is not believed of it is not believed by the next try either. A target is.
      mends ||= host !== recovery.host || outcome.failures.every(({ code }) => code !== 'disbelieved')
      continue
    }
    const denied = await denial(ctx, host, earlier, witnessesOf(ladder))
    if (denied !== undefined) {
      sentences.push(`${step.agents.join(' and ')}: it says off, but ${denied}`)
      failures.push({ code: 'not-off', why: denied })
      mends = true
      continue
    }
    if (host !== recovery.host) return { type: 'proven', host, proof: outcome.proof }
    heardProof(ctx, spokenAtMs(outcome.proof.readings))
    delete ctx.memory.onItsWord
    delete ctx.memory.mayFenceAgain
    forgetReports(ctx)
    return { type: 'proven', host, proof: outcome.proof }
  }
  const ownLink = await ownLinkGuard(ctx, host, failures)
  const hold = ownLink?.holds === true ? holdFor(ownLink) : notFenced(host, sentences, mends)
  if (ownLink === undefined) return { type: 'stopped', hold }
  return { type: 'stopped', hold, guards: renewed(ctx.recovery.guards ?? [], [ownLink]) }
}

/** An earlier step that answered, and not with off, must not go on saying that the host is on. */
async function denial(
  ctx: Context,
  host: string,
  earlier: ReadonlyMap<string, PowerReading>,
  witnesses: readonly string[]
): Promise<string | undefined> {
  const answered = witnesses.filter(agent => (earlier.get(agent)?.power ?? 'off') !== 'off')
  const { readings } = await readRound(ctx, answered, host)
  const on = readings.find(reading => reading.power === 'on' && reading.isHearsay !== true)
  return on === undefined ? undefined : `${on.agent} says that it is on`
}
