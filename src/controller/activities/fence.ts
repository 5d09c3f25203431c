import { findHost, isComplete } from '../../core/inventory.ts'
import type { Ladder } from '../../core/ladder.ts'
import { stepsOf, witnessesOf } from '../../core/ladder.ts'
import { isolationReason } from '../../core/marks.ts'
import type { PowerReading } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { isWaived } from '../../core/segment.ts'
import { ownLinkHold } from '../judgement/bmc-link.ts'
import { readRound } from '../judgement/power.ts'
import { drawPlan } from '../planning/planning.ts'
import type { Context } from '../recovery/context.ts'
import { act, note, record } from '../recovery/context.ts'
import { climb } from './climb.ts'
import { confirmOnce } from './confirm.ts'
import { copiesInDoubt } from './moving/copies.ts'
import { forgetReports } from './moving/reports.ts'
import { objectionBeforeFence } from './plan.ts'

/** Powers the host of the phase off and proves it: evidence, guards, arming and commands once more, then the ladder. */
export async function fence(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { recovery, ports } = ctx
  const host = recovery.phase.state === 'fencing' ? recovery.phase.host : recovery.host
  if (recovery.cancelling !== undefined) return await cancelAfterIntent(ctx)
  const second = await thinkAgain(ctx, host)
  if (second !== undefined) return second
  const segment = ports.policy.segment(recovery.segment)
  const ladder = segment?.fencing
  // What is waived is the fence of a host that died. A target lives: it may run a copy, and somebody has to look.
  if (isWaived(segment) && host === recovery.host)
    return { type: 'proven', host, proof: { kind: 'waived', atMs: ports.clock.now() } }
  return await climbAll(ctx, host, ladder)
}

/** The steps of the ladder in their order; the first that proves it ends it. */
async function climbAll(
  ctx: Context,
  host: string,
  ladder: Ladder | undefined
): Promise<RecoveryEvent | 'interrupted'> {
  const { recovery, ports } = ctx
  const failures: string[] = []
  const heard = new Map<string, PowerReading>()
  const thinking = () => thinkAgain(ctx, host)
  const climbing = { heard, words: [], thinkAgain: thinking, thoughtAtMs: ports.clock.now() }
  for (const step of stepsOf(ladder)) {
    const earlier = new Map(heard)
    const outcome = await climb(ctx, step, host, climbing)
    if (outcome === 'interrupted') return outcome
    if (typeof outcome === 'string') {
      failures.push(outcome)
      continue
    }
    if (outcome.type !== 'proven') return outcome
    const denied = await denial(ctx, host, earlier, witnessesOf(ladder))
    if (denied === undefined) {
      if (host === recovery.host) {
        ctx.memory.provenAtMs = ports.clock.now()
        delete ctx.memory.onItsWord
        forgetReports(ctx)
      }
      return outcome
    }
    failures.push(`${step.agents.join(' and ')}: it says off, but ${denied}`)
  }
  const ownLink = await ownLinkHold(ctx, host, climbing.words)
  if (ownLink !== undefined) return { type: 'stopped', hold: ownLink }
  return {
    type: 'stopped',
    hold: {
      code: 'not-fenced',
      releasedBy: 'person',
      reason: `${host} is not proven off (${failures.join('; ') || 'no fencing agent is configured'}). Nothing is moved. Make sure that it is off, then vouch for it, or mend the BMC's access and retry`
    }
  }
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

/** Before each power-off: is it still right? */
async function thinkAgain(ctx: Context, host: string): Promise<RecoveryEvent | undefined> {
  if (host === ctx.recovery.host) return await secondThoughts(ctx)
  await closeTarget(ctx, host)
  return await occupied(ctx, host)
}

/** A target that is to be powered off takes nothing new meanwhile. */
async function closeTarget(ctx: Context, name: string): Promise<void> {
  const { cloud } = ctx.ports
  const host = findHost(await cloud.hosts(ctx.signal), name)
  if (host?.status !== 'enabled' || ctx.recovery.targets[name]?.isSpare !== true) return
  const reason = isolationReason(ctx.recovery.id)
  await act(
    ctx,
    { kind: 'disable', target: name },
    'done',
    async signal => await cloud.disable(host.serviceId, reason, signal)
  )
}

/** Before the first power-off of the failed host the evidence and the guards are asked once more. */
async function secondThoughts(ctx: Context): Promise<RecoveryEvent | undefined> {
  const { recovery, ports } = ctx
  if (recovery.isolation !== undefined) return undefined
  const look = await confirmOnce(ctx)
  const changed = { type: 'evidenceChanged', evidence: look.evidence } as const
  if (look.type !== 'confirmedDead') return changed
  // Dead or cut off, either allows the fence; which of them it is stands on record before the power-off.
  if (look.evidence.verdict !== recovery.evidence?.verdict)
    await record(ctx, {
      recovery: { ...recovery, evidence: look.evidence },
      events: [note('note', `the host is ${look.evidence.verdict} now: ${look.evidence.because}`)]
    })
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined || recovery.fenceIntents[recovery.host] !== undefined) return undefined
  const drawn = await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal)
  const objection = await objectionBeforeFence(ctx, segment, drawn)
  return objection === undefined || objection.type === 'stopped' ? objection : changed
}

/** A target that failed is powered off only if Nova places no server on it, ours or others' (rule 14). */
async function occupied(ctx: Context, host: string): Promise<RecoveryEvent | undefined> {
  const { cloud } = ctx.ports
  const before = await cloud.hosts(ctx.signal)
  const there = await cloud.serversOn(host, ctx.signal)
  const complete = isComplete(before) && isComplete(await cloud.hosts(ctx.signal))
  if (complete && there.length === 0) return undefined
  const who = complete ? `${there.length} servers run on it` : "a cell of Nova can't be read"
  const copies = copiesInDoubt(ctx).flatMap(one => (one.host === host ? `${one.move.name} (${one.move.server})` : []))
  return {
    type: 'stopped',
    hold: {
      code: 'target',
      releasedBy: 'person',
      reason: `${host} may hold copies that Nova does not know of, and is not powered off for them: ${who}. Look on that hypervisor for ${copies.join(', ')}; when there is no copy of one, or it is destroyed, vouch for that server`
    }
  }
}

/** Rule 17: a power-off that was sent may still arrive; until it can't, nothing is called cancelled. */
async function cancelAfterIntent(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { recovery, ports } = ctx
  const { host } = recovery
  const offs = ctx.steps.filter(step => step.kind === 'power-off' && step.target === host)
  const settledAtMs = Math.max(0, ...offs.map(step => step.intentAtMs + ports.fencing.settleMs(step.to ?? '')))
  while (ports.clock.now() < settledAtMs) {
    await ctx.wait(settledAtMs - ports.clock.now())
    if (ctx.interrupted()) return 'interrupted'
  }
  const asked = [...new Set(offs.flatMap(step => step.to ?? []))]
  const { readings, failures } = await readRound(ctx, asked, host)
  const power =
    readings.length === 0
      ? `its power state is not known (${failures[0]?.[1] ?? 'no power-off was sent'})`
      : `the host is ${(readings.find(reading => reading.power !== 'off') ?? readings[0])?.power}`
  const by = recovery.cancelling
  return {
    type: 'cancelled',
    because: `${by?.by ?? 'nobody'}: ${by?.reason ?? ''}; ${power}; no server was moved and nothing is powered on`
  }
}
