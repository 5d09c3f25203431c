import { askedAt } from '../../core/guards/guard.ts'
import { holdOf } from '../../core/guards/hold-of.ts'
import { fenceBegun } from '../../core/holding.ts'
import { isOpen, movesOf } from '../../core/moves.ts'
import type { Hold, Recovery } from '../../core/recovery.ts'
import { proofOf } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { isWaived } from '../../core/segment.ts'
import { isArmed } from '../judgement/check-guards.ts'
import { guardsFor } from '../judgement/guards-for.ts'
import { doubtHold, rereadProof } from '../judgement/reread-proof.ts'
import { drawPlan } from '../planning/planning.ts'
import type { Context } from '../recovery/context.ts'
import { forgetProof, isWorldError } from '../recovery/context.ts'
import { noteExpiry } from '../recovery/note-expiry.ts'
import { admissible } from './admissible.ts'
import { confirmOnce } from './confirm.ts'
import { objectionNow } from './fencing/before-power-off.ts'
import { lookForProof } from './fencing/look-for-proof.ts'
import { segmentGone } from './holds.ts'
import { provenTarget, reportLostTargets } from './lost-targets.ts'
import { keepPlaces } from './moving/places.ts'
import { readMigrations } from './moving/read-migrations.ts'
import { forgetReports } from './moving/reports.ts'
import { settleMoves } from './moving/settle.ts'
import { isStuck } from './moving/stuck.ts'
import { objectionBeforeFence } from './plan.ts'

const lookFirstMs = 5000
const lookRarelyMs = 30_000
const lookSeldomMs = 300_000

/** Waits for a person, a guard or the world, and looks on quietly: only a change is said. What keeps coming back is looked at the rarer. */
export async function hold(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  forgetProof(ctx.memory)
  forgetReports(ctx)
  const { phase, lastHold } = ctx.recovery
  if (phase.state !== 'held') throw new Error(`a recovery that is ${phase.state} is not held`)
  let waitMs = Math.min(lookSeldomMs, lookFirstMs * 2 ** (lastHold?.count ?? 0))
  for (;;) {
    const { leftMs } = await noteExpiry(ctx)
    if (ctx.memory.woken === true) delete ctx.memory.woken
    else await ctx.wait(Math.min(waitMs, leftMs))
    if (ctx.interrupted()) {
      ctx.memory.woken = true
      return 'interrupted'
    }
    const event = await lookAgain(ctx, phase.hold)
    if (event !== undefined) return event
    waitMs = Math.max(waitMs, Math.min(lookRarelyMs, waitMs * 1.5))
  }
}

async function lookAgain(ctx: Context, held: Hold): Promise<RecoveryEvent | undefined> {
  try {
    await followMoves(ctx)
    if (held.code === 'not-fenced') return await lookUnfenced(ctx)
    return await (fenceBegun(ctx.recovery) ? lookAfterFence(ctx, held) : lookBeforeFence(ctx, held))
  } catch (error) {
    // The world is out of reach: nothing has been learnt, so nothing has changed.
    if (!isWorldError(error)) throw error
    return undefined
  }
}

/** Held since it is not proven off: a host that is healthy after all, or a BMC that mends, ends that; nothing is sent to it. */
async function lookUnfenced(ctx: Context): Promise<RecoveryEvent | undefined> {
  if (!fenceBegun(ctx.recovery)) {
    const seen = await confirmOnce(ctx)
    if (seen.type === 'foundHealthy') return seen
    if (seen.type === 'stopped') return undefined
    // Held since it ran and nothing could switch it off: now it is dead, and for that the fence is waived.
    if (isWaived(ctx.ports.policy.segment(ctx.recovery.segment)))
      return { type: 'released', because: `there is a verdict: ${seen.evidence.because}` }
  }
  return await lookAtPower(ctx)
}

/** The evidence and the plan are made anew without a trace; what they say now replaces the hold. */
async function lookBeforeFence(ctx: Context, held: Hold): Promise<RecoveryEvent | undefined> {
  const { ports, recovery } = ctx
  const seen = await confirmOnce(ctx)
  if (seen.type === 'foundHealthy') return seen
  if (seen.type === 'stopped') {
    const isPassing = seen.hold.code === 'unconfirmed' && !(held.releasedBy === 'world' && isDoubted(ctx))
    return seen.hold.code === held.code || isPassing ? undefined : seen
  }
  delete ctx.memory.doubted
  if (held.code === 'unconfirmed' || held.code === 'compute-down' || held.code === 'degraded')
    return { type: 'released', because: `there is a verdict: ${seen.evidence.because}` }
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined) return withoutSegment(recovery, held)
  const drawn = await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal)
  const objection = await objectionBeforeFence(ctx, segment, drawn)
  if (objection === undefined) return await admissible(ctx, held, segment, drawn)
  if (objection.type !== 'stopped') return { type: 'released', because: 'the host has changed' }
  const same =
    objection.hold.code === held.code &&
    objection.hold.reason === held.reason &&
    objection.plan?.hash === recovery.plan?.hash
  return same ? undefined : objection
}

/** Whatever held it first: until the configuration has its segment again nothing goes on, and a person has to read that. */
function withoutSegment(recovery: Recovery, held: Hold): RecoveryEvent | undefined {
  const hold = segmentGone(recovery)
  return hold.reason === held.reason ? undefined : { type: 'stopped', hold }
}

/** For as long as confirming may take there was no verdict: what held it first is no longer why it waits. */
function isDoubted({ memory, recovery, ports }: Context): boolean {
  const nowMs = ports.clock.now()
  if (memory.doubted?.holdSinceMs !== recovery.sinceMs)
    memory.doubted = { holdSinceMs: recovery.sinceMs, fromMs: nowMs }
  return nowMs - memory.doubted.fromMs >= recovery.settings.confirm.timeoutMs
}

async function lookAfterFence(ctx: Context, held: Hold): Promise<RecoveryEvent | undefined> {
  const { recovery, ports } = ctx
  if (proofOf(recovery) === undefined) {
    // A power-off was intended, and something else than its proof holds it.
    return (await lookAtPower(ctx)) ?? (await lookBeforeFence(ctx, held))
  }
  if (held.code !== 'power') {
    const proof = await rereadProof(ctx)
    if (!proof.stands) {
      return !proof.on && held.code === 'proof' ? undefined : { type: 'stopped', hold: doubtHold(proof) }
    }
    if (held.code === 'proof') return { type: 'released', because: 'the proof was read again: it stands' }
  }
  await reportLostTargets(ctx)
  const proven = await provenTarget(ctx)
  if (proven !== undefined) return proven
  if (held.code === 'observing') {
    return isArmed(recovery.segment, await ports.store.arming(), ports.policy)
      ? { type: 'released', because: `segment ${recovery.segment} is armed again` }
      : undefined
  }
  if (held.releasedBy === 'person') return held.code === 'servers' ? await serversFreed(ctx, held) : undefined
  // Moves that took too long may have come to their end all the same.
  if (held.code === 'target') {
    const isOver = !movesOf(recovery, ctx.steps).some(move => isStuck(ctx, move))
    return isOver ? { type: 'released', because: 'the moves that took too long have ended' } : undefined
  }
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined) return withoutSegment(recovery, held)
  const drawn = await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal)
  if (
    held.code === 'no-target' &&
    drawn.plan.moves.length === 0 &&
    drawn.plan.staying.some(stay => stay.because === 'room')
  )
    return undefined
  const guards = await guardsFor(ctx, segment, drawn)
  const closed = holdOf(askedAt('fenced', guards))
  if (closed === undefined) return { type: 'released', because: 'what held it is gone' }
  // What held it first may be over: a person has to read what holds it now.
  return held.guard === closed.guard ? undefined : { type: 'stopped', hold: closed, guards }
}

/** What was sent is followed while nothing new is begun: it has places in the limits that others wait for. */
async function followMoves(ctx: Context): Promise<void> {
  if (ctx.steps.some(step => step.kind === 'evacuate' && isOpen(step))) {
    const { migrations, isWhole } = await readMigrations(ctx, true)
    if (isWhole) await settleMoves(ctx, migrations)
  }
  await keepPlaces(ctx)
}

/** An off that is read is the proof, unless something holds it. */
async function lookAtPower(ctx: Context): Promise<RecoveryEvent | undefined> {
  const { phase, host } = ctx.recovery
  if (phase.state !== 'held') return undefined
  const proven = await lookForProof(ctx, phase.fencing ?? host)
  if (proven === undefined || proven.host !== host) return proven
  const objection = await objectionNow(ctx)
  if (objection?.type === 'foundEmpty') return { type: 'released', because: objection.because }
  if (objection?.type !== 'stopped') return objection ?? proven
  const { code, guard } = objection.hold
  return code === phase.hold.code && guard === phase.hold.guard ? undefined : objection
}

/** The servers that a person was asked about may have left the host by themselves. */
async function serversFreed(ctx: Context, held: Hold): Promise<RecoveryEvent | undefined> {
  const segment = ctx.ports.policy.segment(ctx.recovery.segment)
  if (segment === undefined) return undefined
  const { plan } = await drawPlan(ctx.ports, ctx.recovery, segment, ctx.steps, ctx.signal)
  const before = ctx.recovery.plan?.staying.filter(stay => stay.because === 'person').length ?? 0
  const now = plan.staying.filter(stay => stay.because === 'person').length
  return now < before ? { type: 'released', because: `what held it is gone: ${held.code}` } : undefined
}
