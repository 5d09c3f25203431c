import type { GuardReport } from '../../../core/guards/guard.ts'
import { askedAt } from '../../../core/guards/guard.ts'
import { holdOf } from '../../../core/guards/hold-of.ts'
import { maintenanceGuard } from '../../../core/guards/maintenance.ts'
import { stageOf } from '../../../core/holding.ts'
import type { Host } from '../../../core/inventory.ts'
import { findHost, isComplete } from '../../../core/inventory.ts'
import { isolationReason } from '../../../core/marks.ts'
import type { RecoveryEvent } from '../../../core/recovery-event.ts'
import { guardsFor, nodeOf } from '../../judgement/guards-for.ts'
import { drawPlan, foreignEvacuations } from '../../planning/planning.ts'
import type { Context } from '../../recovery/context.ts'
import { act, note, record } from '../../recovery/context.ts'
import { confirmOnce } from '../confirm.ts'
import { notFenced, segmentGone } from '../holds.ts'
import { copiesInDoubt } from '../moving/copies.ts'
import { objectionBeforeFence } from '../plan.ts'
import { lookForProof } from './look-for-proof.ts'

/** Before each power-off: may it be? An event says what follows if not. */
export async function objectionToPowerOff(ctx: Context, host: string): Promise<RecoveryEvent | undefined> {
  const { recovery } = ctx
  if (host !== recovery.host) return await objectionToTarget(ctx, host)
  return await (recovery.isolation === undefined ? secondThoughts(ctx) : brokenOff(ctx))
}

/** Before the first fence evidence and guards are asked once more: all of them, and after the first power-off those that still count. */
async function secondThoughts(ctx: Context): Promise<RecoveryEvent | undefined> {
  const { recovery } = ctx
  const look = await confirmOnce(ctx)
  const changed = { type: 'evidenceChanged', evidence: look.evidence } as const
  if (look.type !== 'confirmedDead') return changed
  // Dead or cut off, either allows the fence; which of them it is stands on record before the power-off.
  if (look.evidence.verdict !== recovery.evidence?.verdict)
    await record(ctx, {
      recovery: { ...recovery, evidence: look.evidence },
      events: [note('note', `the host is ${look.evidence.verdict} now: ${look.evidence.because}`)]
    })
  const objection = await objectionNow(ctx)
  return objection === undefined || objection.type === 'stopped' ? objection : changed
}

/** Before the first power-off everything that would hold it, after it the guards that are still asked. */
export async function objectionNow(ctx: Context): Promise<RecoveryEvent | undefined> {
  const { recovery, ports } = ctx
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined || stageOf(recovery) !== 'unfenced') return await objectionToProof(ctx)
  return await objectionBeforeFence(ctx, segment, await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal))
}

/**
 * Between the first power-off and the moves: the guards of that stage, before each further power-off and before an off that
 * is read is taken for the proof. Once servers may have left it they are not asked: a host that came on is cut off at once.
 */
export async function objectionToProof(
  ctx: Context
): Promise<(RecoveryEvent & { readonly type: 'stopped' }) | undefined> {
  const { ports, recovery, signal } = ctx
  if (stageOf(recovery) === 'fenced') return undefined
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined) return { type: 'stopped', hold: segmentGone(recovery) }
  const [reading, migrations] = await Promise.all([
    ports.cloud.hosts(signal),
    ports.cloud.migrationsFrom(recovery.host, signal)
  ])
  const guards = await guardsFor(ctx, segment, {
    reading,
    aggregates: [],
    foreign: foreignEvacuations(migrations, ctx.steps, recovery.proofs),
    plan: { hash: recovery.plan?.hash ?? '' }
  })
  const asked = askedAt('fencing', guards)
  const hold = holdOf(asked)
  return hold && { type: 'stopped', hold, guards: renewed(recovery.guards ?? [], asked) }
}

/** What was asked now beside what was asked before. */
export function renewed(before: readonly GuardReport[], asked: readonly GuardReport[]): GuardReport[] {
  const names = new Set(asked.map(({ guard }) => guard))
  return [...asked, ...before.filter(({ guard }) => !names.has(guard))]
}

/**
 * Rule 7: servers may have left it. It is cut off again only if this run itself saw it come on while it moved them, or if a
 * person has just asked for it; after a restart or a hold somebody may have brought it back.
 */
async function brokenOff(ctx: Context): Promise<RecoveryEvent | undefined> {
  if (ctx.memory.mayFenceAgain === true) return undefined
  const { host } = ctx.recovery
  const proven = await lookForProof(ctx, host)
  if (proven !== undefined) return proven
  const why = 'it was seen on while its servers were moved, and what happened since was not watched without a break'
  return { type: 'stopped', hold: notFenced(host, [why]) }
}

/** A target that failed takes nothing new, and is powered off only if it is nobody else's and Nova places no server on it (rule 14). */
async function objectionToTarget(ctx: Context, name: string): Promise<RecoveryEvent | undefined> {
  const { cloud } = ctx.ports
  const [before, node] = await Promise.all([cloud.hosts(ctx.signal), nodeOf(ctx.ports, name, ctx.signal)])
  const host = findHost(before, name)
  const theirs = host && maintenanceGuard(host, node)
  if (theirs?.holds === true) return inDoubt(ctx, name, theirs.reason)
  if (host !== undefined) await closeTarget(ctx, host)
  const there = await cloud.serversOn(name, ctx.signal)
  const complete = isComplete(before) && isComplete(await cloud.hosts(ctx.signal))
  if (complete && there.length === 0) return undefined
  return inDoubt(ctx, name, complete ? `${there.length} servers run on it` : "a cell of Nova can't be read")
}

async function closeTarget(ctx: Context, host: Host): Promise<void> {
  const { cloud } = ctx.ports
  if (host.status !== 'enabled' || ctx.recovery.targets[host.name]?.isSpare !== true) return
  const reason = isolationReason(ctx.recovery.id)
  await act(
    ctx,
    { kind: 'disable', target: host.name },
    'done',
    async signal => await cloud.disable(host.serviceId, reason, signal)
  )
}

function inDoubt(ctx: Context, host: string, why: string): RecoveryEvent {
  const copies = copiesInDoubt(ctx).flatMap(one => (one.host === host ? `${one.move.name} (${one.move.server})` : []))
  return {
    type: 'stopped',
    hold: {
      code: 'target',
      releasedBy: 'person',
      reason: `${host} may hold copies that Nova does not know of, and is not powered off for them: ${why}. Look on that hypervisor for ${copies.join(', ')}; when there is no copy of one, or it is destroyed, vouch for that server`
    }
  }
}
