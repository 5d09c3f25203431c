import { findHost, isComplete } from '../../core/inventory.ts'
import { isolationReason } from '../../core/marks.ts'
import { proves } from '../../core/proof.ts'
import type { PowerReading } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { ownLinkHold } from '../bmc-link.ts'
import type { Context } from '../context.ts'
import { act, note } from '../context.ts'
import { drawPlan } from '../planning.ts'
import { readEveryMs, readPower, signOfLife } from '../power.ts'
import { confirmOnce } from './confirm.ts'
import { copiesInDoubt } from './moving/copies.ts'
import { forgetReports } from './moving/reports.ts'
import { objectionBeforeFence } from './plan.ts'

/** How long one agent of the ladder has to bring its proof. */
const agentMs = 90_000
const powerOffsMax = 3
const repeatAfterMs = 20_000
/** Evidence older than this is read again before a power-off. */
const thoughtMs = 5000

/** Powers the host of the phase off and proves it: evidence, guards, arming and commands once more, then the ladder. */
export async function fence(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { recovery, ports } = ctx
  const host = recovery.phase.state === 'fencing' ? recovery.phase.host : recovery.host
  if (recovery.cancelling !== undefined) return await cancelAfterIntent(ctx)
  const second = await thinkAgain(ctx, host)
  if (second !== undefined) return second
  const ladder = ports.policy.segment(recovery.segment)?.fencing ?? []
  const isWaived = ladder.length === 1 && ladder[0] === 'none'
  // What is waived is the fence of a host that died. A target lives: it may run a copy, and somebody has to look.
  if (isWaived && host === recovery.host)
    return { type: 'proven', host, proof: { kind: 'waived', atMs: ports.clock.now() } }
  const failures: string[] = []
  const outcomes: string[] = []
  for (const agent of ladder.filter(one => one !== 'none')) {
    const outcome = await climb(ctx, agent, host)
    if (typeof outcome === 'object') {
      if (outcome.type === 'proven' && host === recovery.host) {
        ctx.memory.provenAtMs = ports.clock.now()
        forgetReports(ctx)
      }
      return outcome
    }
    if (outcome === 'interrupted') return outcome
    failures.push(`${agent}: ${outcome}`)
    outcomes.push(outcome)
  }
  const ownLink = await ownLinkHold(ctx, host, outcomes)
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

/** One agent: read, power off if it is on, read until proven. A string says why it could not. */
async function climb(ctx: Context, agent: string, host: string): Promise<RecoveryEvent | string | 'interrupted'> {
  const { clock } = ctx.ports
  const untilMs = clock.now() + agentMs
  const readings: PowerReading[] = []
  let failure = 'no reading'
  let sent = 0
  let sentAtMs = 0
  let thoughtAtMs = clock.now()
  let living: Promise<string | undefined> | undefined
  while (clock.now() < untilMs) {
    const reading = await readPower(ctx, agent, host)
    if (typeof reading === 'string') {
      failure = reading
      readings.length = 0
    } else {
      readings.push(reading)
      failure = `the BMC says ${reading.power}`
      // A BMC may lie: the signs of life are asked for between its two readings.
      if (reading.power === 'off') living ??= signOfLife(ctx, host)
      // Whoever leaves the ladder before the second reading leaves nobody behind to hear its failure.
      living?.catch(() => undefined)
      if (proves(readings, { minGapMs: readEveryMs })) {
        const alive = await living
        if (alive !== undefined) return `it says off, but ${alive}`
        return {
          type: 'proven',
          host,
          proof: { kind: 'fenced', agent, readings: readings.slice(-2), atMs: clock.now() }
        }
      }
      if (reading.power === 'on' && sent < powerOffsMax && clock.now() - sentAtMs >= (sent === 0 ? 0 : repeatAfterMs)) {
        // The evidence is as old as the last look; a host that is back by now is not cut off.
        const stale = clock.now() - thoughtAtMs > thoughtMs
        const changed = stale ? await thinkAgain(ctx, host) : undefined
        if (changed !== undefined) return changed
        failure = (await powerOff(ctx, agent, host)) ?? failure
        sent += 1
        sentAtMs = clock.now()
        thoughtAtMs = sentAtMs
      }
    }
    if (isFinal(failure)) return failure
    await ctx.wait(readEveryMs + 100)
    if (ctx.interrupted()) return 'interrupted'
  }
  return failure
}

/** Wrong credentials or the wrong machine do not mend themselves, and repeating them locks accounts. */
function isFinal(failure: string): boolean {
  return failure.startsWith('refused: ') || failure.startsWith('identity: ')
}

async function powerOff(ctx: Context, agent: string, host: string): Promise<string | undefined> {
  const { recovery, ports } = ctx
  const intents = { ...recovery.fenceIntents, [host]: recovery.fenceIntents[host] ?? ports.clock.now() }
  const step = await act(
    ctx,
    { kind: 'power-off', target: host, to: agent },
    'done',
    async signal => {
      await ports.fencing.powerOff(agent, host, signal)
      return undefined
    },
    { recovery: { ...recovery, fenceIntents: intents }, events: [note('note', `powers ${host} off by ${agent}`, host)] }
  )
  return step.state === 'failed' ? step.error : undefined
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
  const last = offs.at(-1)
  const reading = last?.to === undefined ? 'no power-off was sent' : await readPower(ctx, last.to, host)
  const power =
    typeof reading === 'string' ? `its power state is not known (${reading})` : `the host is ${reading.power}`
  const by = recovery.cancelling
  return {
    type: 'cancelled',
    because: `${by?.by ?? 'nobody'}: ${by?.reason ?? ''}; ${power}; no server was moved and nothing is powered on`
  }
}
