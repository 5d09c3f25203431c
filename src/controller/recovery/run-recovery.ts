import { fenceBegun } from '../../core/holding.ts'
import { movesOf } from '../../core/moves.ts'
import type { Hold, Recovery, State } from '../../core/recovery.ts'
import { hasEnded } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { transition } from '../../core/transition.ts'
import { CloudError, messageOf } from '../../errors.ts'
import { confirm } from '../activities/confirm.ts'
import { fence } from '../activities/fence.ts'
import { hold } from '../activities/hold.ts'
import { isolate } from '../activities/isolate.ts'
import { move } from '../activities/move.ts'
import { plan } from '../activities/plan.ts'
import { prepare, tidyTargets, withoutTargets } from '../activities/prepare.ts'
import { verify } from '../activities/verify.ts'
import type { Change } from '../ports/ports.ts'
import type { Context } from './context.ts'
import { Disarmed, isWorldError, joinRequests, keep, record } from './context.ts'
import { isNewHold, noticeOf } from './notice.ts'
import { rearmAlarms } from './rearm.ts'
import { sayEvent } from './say.ts'
import { judge } from './words.ts'

const tries = 4
const lookAgainMs = 2000

/** Drives one host's recovery from wherever it was last saved to its end, or until the process wants to stop. */
export async function runRecovery(ctx: Context, stopping: () => boolean): Promise<void> {
  let failures = 0
  while (!hasEnded(ctx.recovery) && !stopping()) {
    if (await obeyCommands(ctx)) continue
    const event = await attempt(ctx, failures)
    failures = event === 'failed' ? failures + 1 : 0
    if (event === 'failed' || event === 'interrupted') continue
    if (event.type === 'stopped' && ctx.isEnding()) return
    await moveOn(ctx, event)
  }
}

const activities: Readonly<Record<string, (ctx: Context) => Promise<RecoveryEvent | 'interrupted'>>> = {
  confirming: confirm,
  planning: plan,
  fencing: fence,
  isolating: isolate,
  preparing: prepare,
  moving: move,
  verifying: verify,
  held: hold
}

/** The state is the work. What the world does wrong is tried again a few times, then held; what we do wrong is thrown. */
async function attempt(ctx: Context, failures: number): Promise<RecoveryEvent | 'interrupted' | 'failed'> {
  const { state } = ctx.recovery.phase
  try {
    const activity = activities[state]
    if (activity === undefined) throw new Error(`nothing is to be done while ${state}`)
    return await activity(ctx)
  } catch (error) {
    await joinRequests(ctx)
    ctx.memory.failures.length = 0
    if (error instanceof Disarmed) {
      return stopped({ code: 'observing', guard: 'armed', reason: error.message, releasedBy: 'person' })
    }
    if (!isWorldError(error)) throw error
    ctx.ports.log.warn(
      { recovery: ctx.recovery.id, host: ctx.recovery.host, state, code: error.code, err: messageOf(error) },
      'the world is in the way'
    )
    if (failures + 1 < tries && !(error instanceof CloudError && isSettled(error))) {
      await ctx.pause(1000 * 2 ** failures)
      return 'failed'
    }
    const guard = error instanceof CloudError ? { guard: 'own-isolation' as const } : {}
    return stopped({ code: 'cloud', ...guard, reason: `${state}: ${error.message}`, releasedBy: 'world' })
  }
}

const stopped = (hold: Hold): RecoveryEvent => ({ type: 'stopped', hold })

/** What trying again at once will not change. */
function isSettled(error: CloudError): boolean {
  return error.code === 'unauthorized' || error.code === 'forbidden' || error.code === 'unsupported'
}

/** Operators' commands are obeyed between two deeds, each once. True when there was one. */
async function obeyCommands(ctx: Context): Promise<boolean> {
  const commands = await ctx.ports.store.commands(ctx.recovery.id)
  for (const command of commands) {
    const { answer, told } = judge(ctx, command)
    if ('refused' in answer) {
      await record(ctx, told)
      continue
    }
    await moveOn(ctx, answer.event, told)
    if (answer.event.type === 'retried') ctx.memory.mayFenceAgain = true
    if (hasEnded(ctx.recovery)) break
  }
  return commands.length > 0
}

/** The one place that changes the state, saves it and says so. */
export async function moveOn(ctx: Context, event: RecoveryEvent, also: Change = {}): Promise<void> {
  const { ports, recovery } = ctx
  const nowMs = ports.clock.now()
  const next = transition(recovery, event, nowMs)
  if (next === undefined) throw new Error(`${event.type} means nothing while ${recovery.phase.state}`)
  if (hasEnded(next)) {
    await close(ctx, event, next, also)
    return
  }
  const text = sayEvent(event)
  const held = next.phase.state === 'held'
  // Held before the fence it gives back what it reserved (rule 15).
  const release = held && !fenceBegun(next) ? await reservedTargets(ctx) : []
  const saved = release.length > 0 ? { ...next, targets: withoutTargets(next, release) } : next
  await record(ctx, {
    ...also,
    recovery: saved,
    events: [...(also.events ?? []), stateEvent(recovery, saved, text)],
    ...(release.length > 0 ? { release } : {}),
    ...(held && isNewHold(recovery, saved) ? { notify: [{ type: 'held', data: noticeOf(saved, text) }] } : {})
  })
  say(ctx, recovery, saved, event, text)
}

/** What this recovery has by the store's own word: also what was reserved for a plan that was not made. */
async function reservedTargets({ ports, recovery }: Context): Promise<string[]> {
  return Object.entries(await ports.store.targets()).flatMap(([host, holder]) => (holder === recovery.id ? [host] : []))
}

/** Gives back what was not used, lets the alarms fire again, and closes unless a signal has come meanwhile. */
async function close(ctx: Context, event: RecoveryEvent, next: Recovery, also: Change): Promise<void> {
  const { ports, recovery } = ctx
  // Nothing ends while a request of ours may still arrive.
  await joinRequests(ctx)
  const { freed, notes } = await tidyTargets(ctx)
  const rearmed = await rearmAlarms(ctx, recovery.id)
  const ended = { ...next, targets: withoutTargets(next, freed) }
  const text = sayEvent(event)
  for (;;) {
    const { all: joined } = await ports.store.signalCounts(recovery.id)
    // A dismissal rests on evidence: whatever joined after it was read is a reason to look again.
    const seen = ended.phase.state === 'dismissed' ? (ctx.memory.signalsSeen ?? joined) : joined
    const change: Change = {
      ...also,
      recovery: ended,
      release: freed,
      events: [...(also.events ?? []), ...notes, ...rearmed, stateEvent(recovery, ended, text)],
      notify: [
        {
          type: 'ended',
          data: noticeOf(
            ended,
            text,
            movesOf(ended, ctx.steps).map(({ name, server, state, target, reason }) => ({
              name,
              server,
              state,
              target,
              reason
            }))
          )
        }
      ]
    }
    const written = await ports.store.write(ctx.lease, { ...change, closesAfter: seen })
    if (written !== 'signalJoined') {
      keep(ctx, change, written.version)
      break
    }
    // Dismissed on evidence that is older than the signal: look again. Other ends stand.
    if (ended.phase.state === 'dismissed') {
      // A storm of alarms must not make it look without a breath.
      await ctx.pause(lookAgainMs)
      return
    }
  }
  say(ctx, recovery, ended, event, text)
}

function stateEvent(
  before: Recovery,
  after: Recovery,
  text: string
): { kind: string; actor: string; text: string; data: object } {
  return { kind: 'state', actor: 'switchover', text, data: { from: before.phase.state, to: after.phase.state } }
}

function say(ctx: Context, before: Recovery, after: Recovery, event: RecoveryEvent, text: string): void {
  const from: State = before.phase.state
  const to: State = after.phase.state
  ctx.ports.log.info(
    { recovery: after.id, host: after.host, from, to, event: event.type, why: text },
    'recovery moved on'
  )
  if (from !== to) ctx.ports.metrics.phaseEnded(from, (after.sinceMs - before.sinceMs) / 1000)
}
