import { isOpen, movesOf } from '../../core/moves.ts'
import type { Pace } from '../../core/pace.ts'
import { adapt, pollMs, startPace } from '../../core/pace.ts'
import { proofOf } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { mayReport } from '../../core/reports.ts'
import { fitsInto } from '../../core/room.ts'
import { proofAgeMaxMs } from '../judgement/power.ts'
import { doubtHold, notedProof, rereadProof } from '../judgement/reread-proof.ts'
import type { Context } from '../recovery/context.ts'
import { forgetProof, isWorldError, joinRequests } from '../recovery/context.ts'
import { begin, isProofFresh } from './moving/begin.ts'
import type { Look } from './moving/look.ts'
import { danger, look } from './moving/look.ts'
import { outcome, stall } from './moving/outcome.ts'
import { keepPlaces } from './moving/places.ts'
import { settle } from './moving/settle.ts'

const roomEveryMs = 10_000
/**
 * A round that took so long was a pause, of the process or of the machine; a Nova that needs eight seconds a call makes a
 * round of most of a minute. Shorter ones end the lease, and the age of the proof bounds what may leave.
 */
const pauseMs = 90_000

/** What goes on from one round to the next. */
interface Run {
  pace: Pace
  /** Moves at once, at most. */
  readonly max: number
  roundAtMs: number
  roomAtMs: number
}

/** Evacuates every server of the plan within the limits and follows each to its end. */
export async function move(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const run = startRun(ctx)
  // Requests that nobody waited for when the host came on.
  if (ctx.memory.halted === true) await joined(ctx, undefined)
  for (;;) {
    const event = await round(ctx, run)
    // A power-off does not wait for requests that hang; what has not left yet does not leave.
    if (event?.type === 'sourceCameOn') {
      ctx.memory.halted = true
      ctx.memory.mayFenceAgain = true
      return event
    }
    if (event !== undefined) return await joined(ctx, event)
    await ctx.wait(pollMs(ctx.steps.filter(step => step.kind === 'evacuate' && isOpen(step)).length))
    if (ctx.interrupted()) return await joined(ctx, 'interrupted')
  }
}

function startRun({ memory, ports: { clock, policy }, recovery }: Context): Run {
  const targets = recovery.plan?.targets.length ?? 0
  const max = Math.min(policy.movesInFlight, recovery.settings.evacuate.perTarget * Math.max(1, targets))
  const nowMs = clock.now()
  return { pace: startPace(max, targets, nowMs), max, roundAtMs: memory.provenAtMs ?? nowMs, roomAtMs: 0 }
}

/** One look, and what follows from it: an event that ends the moves, or undefined when they go on. */
async function round(ctx: Context, run: Run): Promise<RecoveryEvent | undefined> {
  const { clock } = ctx.ports
  if (clock.now() - run.roundAtMs > pauseMs) forgetProof(ctx.memory)
  run.roundAtMs = clock.now()
  const doubt = await firstProof(ctx)
  if (doubt !== undefined) return doubt
  // A slow BMC is no pause.
  run.roundAtMs = clock.now()
  const seen = await look(ctx)
  const trouble = danger(ctx, seen) ?? staleProof(ctx, seen.proof)
  // A cancelled recovery begins nothing, but a target that dies still concerns it.
  if (trouble !== undefined && (ctx.recovery.cancelling === undefined || trouble.type === 'targetChanged'))
    return trouble
  if (!seen.isWhole) return stall(ctx)
  const finished = await settle(ctx, seen.migrations)
  await keepPlaces(ctx)
  run.pace = adapt(run.pace, { finished, trouble: takeTrouble(ctx), max: run.max, nowMs: clock.now() })
  const filled = ctx.recovery.cancelling === undefined ? await goOn(ctx, run, seen) : undefined
  return filled ?? outcome(ctx) ?? stall(ctx)
}

/** Begins what the limits allow, unless a target has no room for it any more. */
async function goOn(ctx: Context, run: Run, { proof, migrations }: Look): Promise<RecoveryEvent | undefined> {
  const nowMs = ctx.ports.clock.now()
  if (nowMs - run.roomAtMs >= roomEveryMs) {
    if (await isFilled(ctx)) return { type: 'replanned', because: 'others have taken the room of a target' }
    run.roomAtMs = ctx.ports.clock.now()
  }
  const isDoubted = proof !== 'unread' && !proof.stands
  if (!isDoubted && isProofFresh(ctx) && !mayReport(ctx.memory.reportMovedAtMs, ctx.ports.clock.now()))
    begin(ctx, migrations, run.pace.window)
  return undefined
}

/** Rule 7: before the first evacuate after a start, a pause or a hold the proof is read again. */
async function firstProof(ctx: Context): Promise<RecoveryEvent | undefined> {
  if (ctx.memory.provenAtMs !== undefined || ctx.recovery.cancelling !== undefined) return undefined
  const proof = await rereadProof(ctx)
  if (proof.stands) {
    await notedProof(ctx, proof.atMs)
    return undefined
  }
  return { type: 'stopped', hold: doubtHold(proof) }
}

/** A BMC that goes away may be a switch; a proof that nobody could read again for a while is none any more. */
function staleProof(ctx: Context, proof: Look['proof']): RecoveryEvent | undefined {
  if ((proof !== 'unread' && proof.stands) || proofOf(ctx.recovery)?.kind !== 'fenced') return undefined
  if (ctx.ports.clock.now() - (ctx.memory.proofHeardAtMs ?? 0) < proofAgeMaxMs) return undefined
  const reason = proof === 'unread' ? `the BMC of ${ctx.recovery.host} does not answer` : proof.reason
  return { type: 'stopped', hold: doubtHold({ on: false, reason }) }
}

/** Every request in flight is answered before anything else is decided. */
async function joined<T>(ctx: Context, result: T): Promise<T> {
  await joinRequests(ctx)
  takeTrouble(ctx)
  return result
}

/** Failures of the requests in flight: the world's are counted, ours are thrown. */
function takeTrouble(ctx: Context): boolean {
  const failures = ctx.memory.failures.splice(0)
  const ours = failures.find(error => !isWorldError(error))
  if (ours !== undefined) throw ours
  const trouble = failures.length > 0 || ctx.memory.trouble === true
  delete ctx.memory.trouble
  return trouble
}

/** Rule 12: the scheduler may fill an enabled spare with what others start. */
async function isFilled(ctx: Context): Promise<boolean> {
  const waiting = movesOf(ctx.recovery, ctx.steps).filter(one => one.state === 'waiting')
  const hosts = [...new Set(waiting.flatMap(one => one.target ?? []))]
  if (hosts.length === 0) return false
  const rooms = await ctx.ports.cloud.rooms(hosts, ctx.signal)
  return waiting.some(one => {
    const room = rooms.find(candidate => candidate.host === one.target)
    const need = ctx.recovery.plan?.moves.find(planned => planned.server === one.server)?.need
    return room !== undefined && need !== undefined && fitsInto(need, room) !== undefined
  })
}
