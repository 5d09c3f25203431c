import type { GuardReport } from '../../core/guards/guard.ts'
import { askedAt } from '../../core/guards/guard.ts'
import { holdBeside, holdFor, holdOf } from '../../core/guards/hold-of.ts'
import { fenceBegun, stageOf } from '../../core/holding.ts'
import type { Hold, Recovery } from '../../core/recovery.ts'
import { proofOf } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import type { Segment } from '../../core/segment.ts'
import type { Step } from '../../core/step.ts'
import { lastStep } from '../../core/step.ts'
import { noteStorm } from '../duties/watch.ts'
import { isCounted } from '../judgement/check-guards.ts'
import { guardsFor } from '../judgement/guards-for.ts'
import { askAdmission } from '../planning/admission.ts'
import type { Drawn } from '../planning/planning.ts'
import { drawPlan, nothingToMove } from '../planning/planning.ts'
import { noTarget, reserveAll } from '../planning/targets.ts'
import type { Context } from '../recovery/context.ts'
import { note, record } from '../recovery/context.ts'
import { noteExpiry } from '../recovery/note-expiry.ts'
import { segmentGone } from './holds.ts'
import { asListed } from './isolate.ts'
import { chainAsTarget, closeStepsAtProven, isolateProvenTargets, reportLostTargets } from './lost-targets.ts'
import { returned } from './returned.ts'

const looksMax = 5
const lookAgainMs = 2000

/** Reads the host's servers, reserves targets and makes the plan; before the fence, it also asks every guard. */
export async function plan(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { ports } = ctx
  await seeTargetSignal(ctx)
  await noteExpiry(ctx)
  const { recovery } = ctx
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined) return stop(ctx, segmentGone(recovery))
  await reportLostTargets(ctx)
  if (recovery.cancelling === undefined) await isolateProvenTargets(ctx)
  await closeStepsAtProven(ctx)
  if (recovery.cancelling !== undefined && recovery.plan !== undefined) {
    // Nothing new is begun: what is under way is followed with the plan that it has.
    return { type: 'planned', plan: recovery.plan, guards: recovery.guards ?? [], targets: recovery.targets }
  }
  let emptyBefore = false
  for (let look = 0; look < looksMax; look += 1) {
    if (look > 0) await ctx.pause(lookAgainMs)
    // Cut short, the second look at an empty host would be the first one once more.
    if (look > 0 && ctx.isEnding()) return 'interrupted'
    const drawn = await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal)
    if (proofOf(recovery) === undefined) {
      const event = await objectionBeforeFence(ctx, segment, drawn)
      // A cell whose database was away for a moment lists nobody, and nothing says so: an empty host is looked at twice.
      if (event?.type === 'foundEmpty' && !emptyBefore) {
        emptyBefore = true
        continue
      }
      if (event !== undefined) return event
    } else if (!drawn.complete) continue
    else await noteGone(ctx, drawn)
    const targets = await reserveAll(ctx, drawn, segment)
    if (targets !== undefined) return await admitted(ctx, segment, drawn, targets)
  }
  return stop(ctx, {
    code: 'cloud',
    reason: "a cell of Nova can't be read, or other recoveries take the targets away; it is tried again",
    releasedBy: 'world'
  })
}

/** Servers that were on the host and left it before their turn: deleted, or moved by others (rule 8). */
async function noteGone(ctx: Context, drawn: Drawn): Promise<void> {
  const there = new Set(drawn.listed.map(server => server.id))
  const nowMs = ctx.ports.clock.now()
  const gone = ctx.recovery.servers.flatMap((server): Step[] => {
    const last = lastStep(ctx.steps, 'evacuate', server.id)
    if (there.has(server.id) || (last !== undefined && last.state !== 'failed')) return []
    const attempt = (last?.attempt ?? 0) + 1
    const error = `it is no longer on ${ctx.recovery.host}`
    return [
      { kind: 'evacuate', target: server.id, attempt, state: 'skipped', intentAtMs: nowMs, endedAtMs: nowMs, error }
    ]
  })
  if (gone.length > 0)
    await record(ctx, { steps: gone, events: [note('note', `${gone.length} servers left the host before their turn`)] })
}

/** A recovery that an alarm opened may be waited for by one that lost this host as its target (rules 13, 21). */
async function seeTargetSignal(ctx: Context): Promise<void> {
  const { recovery, ports } = ctx
  const signals = await ports.store.signalCounts(recovery.id)
  ctx.memory.signalsSeen = signals.all
  if (recovery.origin === 'target' || !signals.forTarget) return
  const chain = Math.max(1, recovery.chain, await chainAsTarget(ctx))
  await record(ctx, {
    recovery: { ...recovery, origin: 'target', chain },
    events: [note('note', 'another recovery lost this host as its target and waits for it')]
  })
}

/** Everything that would hold it, and nothing done: the same look for a plan and a hold. */
export async function objectionBeforeFence(
  ctx: Pick<Context, 'ports' | 'recovery' | 'signal'>,
  segment: Segment,
  drawn: Drawn
): Promise<RecoveryEvent | undefined> {
  const { recovery } = ctx
  const back = returned(recovery, drawn)
  if (back !== undefined) return back
  const empty = emptiness(recovery, drawn)
  // What was begun is brought to its end, which is another power-off: that may be held.
  if (empty !== undefined && !fenceBegun(recovery)) return empty
  await noteStorm(ctx.ports.store, segment, drawn.reading)
  const guards = await guardsFor(ctx, segment, drawn)
  const asked = askedAt(stageOf(recovery), guards)
  // A lost target is powered off in any case: the recovery that waits for that may hold the very room that is missing here.
  const room = recovery.origin === 'target' ? [] : drawn.plan.staying.filter(stay => stay.because === 'room')
  const hold =
    withoutRoom(guardHold(asked, ['cloud', 'maintenance', 'other-tool', 'guard']), drawn, room) ??
    (room.length > 0 ? holdBeside(noTarget(drawn), asked) : wouldHave(holdOf(asked), drawn))
  if (hold === undefined) return empty
  return { type: 'stopped', hold, guards, plan: drawn.plan, release: Object.keys(recovery.targets) }
}

function emptiness(recovery: Recovery, drawn: Drawn): RecoveryEvent | undefined {
  const nothing = recovery.origin === 'target' ? undefined : nothingToMove(drawn)
  if (nothing === undefined) return undefined
  const because = `${recovery.host} is dead, but ${nothing}: nothing is fenced and nothing is moved`
  return { type: 'foundEmpty', because }
}

/** A guard that opens is not all, where there is no room either. */
function withoutRoom(hold: Hold | undefined, drawn: Drawn, room: readonly unknown[]): Hold | undefined {
  if (hold === undefined || room.length === 0) return hold
  return { ...hold, reason: `${hold.reason}. There is ${noTarget(drawn).reason}` }
}

/** Where only a person's word is missing, the hold says what it would do. */
function wouldHave(hold: Hold | undefined, { plan, listed }: Drawn): Hold | undefined {
  if (hold === undefined) return undefined
  const targets = plan.targets.join(', ') || 'no target'
  return {
    ...hold,
    reason: `would move ${plan.moves.length} of ${listed.length} servers to ${targets}: ${hold.reason}`
  }
}

function guardHold(guards: readonly GuardReport[], codes: readonly string[]): Hold | undefined {
  const hold = holdOf(guards)
  return hold !== undefined && codes.includes(hold.code) ? hold : undefined
}

async function admitted(
  ctx: Context,
  segment: Segment,
  drawn: Drawn,
  targets: Recovery['targets']
): Promise<RecoveryEvent> {
  const { recovery } = ctx
  const guards = await guardsFor(ctx, segment, drawn)
  // What appeared there since the binding list was read is written down as it is before it is moved (rule 9).
  const servers =
    recovery.isolation === undefined ? {} : { servers: drawn.listed.map(server => asListed(server, drawn.policy)) }
  const planned = { type: 'planned', plan: drawn.plan, guards, targets, ...servers } as const
  if (proofOf(recovery) !== undefined || !isCounted(recovery)) return planned
  const admission = await askAdmission(ctx, segment, drawn)
  const all = withAdmission(guards, admission)
  if (!admission.holds) return { ...planned, guards: all }
  return { type: 'stopped', hold: holdFor(admission), guards: all, plan: drawn.plan, release: Object.keys(targets) }
}

/** Its place was asked for since the others were looked at. */
export function withAdmission(guards: readonly GuardReport[], admission: GuardReport): GuardReport[] {
  return [...guards.filter(({ guard }) => guard !== admission.guard), admission]
}

function stop(ctx: Context, hold: Hold): RecoveryEvent {
  const release = proofOf(ctx.recovery) === undefined ? { release: Object.keys(ctx.recovery.targets) } : {}
  return { type: 'stopped', hold, ...release }
}
