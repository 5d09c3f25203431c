import type { Move } from '../../../core/moves.ts'
import { attemptsLeft, movesOf, pinOf } from '../../../core/moves.ts'
import type { Hold } from '../../../core/recovery.ts'
import { proofOf } from '../../../core/recovery.ts'
import type { RecoveryEvent } from '../../../core/recovery-event.ts'
import { lastStep } from '../../../core/step.ts'
import type { Context } from '../../recovery/context.ts'
import { copiesInDoubt } from './copies.ts'
import { isStuck } from './stuck.ts'

/** What follows when this round left nothing to begin; undefined while moves are under way. */
export function outcome(ctx: Context): RecoveryEvent | undefined {
  const { recovery } = ctx
  const moves = movesOf(recovery, ctx.steps)
  const open = moves.filter(move => move.state === 'sending' || move.state === 'moving' || move.state === 'restoring')
  const waiting = recovery.cancelling === undefined ? moves.filter(move => move.state === 'waiting') : []
  if (waiting.some(move => needsPlan(ctx, move))) return { type: 'replanned', because: 'a server needs another target' }
  if (recovery.cancelling === undefined && moves.some(move => isLeftOut(ctx, move)))
    return { type: 'replanned', because: 'a move failed that was under way when the plan was made' }
  if (waiting.length > 0 || ctx.memory.inFlight.size > 0) return undefined
  const stuck = open.filter(move => isStuck(ctx, move))
  if (open.length > stuck.length) return undefined
  if (recovery.cancelling !== undefined && stuck.length === 0)
    return powerOffPending(ctx) ? undefined : cancelledWith(ctx, moves)
  if (stuck.length > 0) return { type: 'stopped', hold: stuckHold(ctx, stuck) }
  return suspicion(ctx, moves) ?? leftBehind(ctx, moves) ?? { type: 'allEnded' }
}

/** Its attempt did not reach a host, or its target is of no use any more, or it may run on another host (rule 14). */
export function needsPlan(ctx: Context, move: Move): boolean {
  const last = lastStep(ctx.steps, 'evacuate', move.server)
  const use = move.target === undefined ? undefined : ctx.recovery.targets[move.target]
  const pin = pinOf(move.server, ctx.recovery, ctx.steps)
  if (use?.state !== 'prepared' || (pin !== undefined && pin !== move.target)) return true
  const plannedAfter = (last?.endedAtMs ?? 0) < ctx.recovery.sinceMs
  return last?.state === 'failed' && last.reached !== true && last.unsent !== true && !plannedAfter
}

/** A plan leaves out what is under way: when that fails afterwards it may be tried again like any other. */
function isLeftOut({ recovery, steps }: Context, move: Move): boolean {
  const last = lastStep(steps, 'evacuate', move.server)
  if (move.state !== 'failed' || last === undefined || (last.endedAtMs ?? 0) < recovery.sinceMs) return false
  return attemptsLeft(move.server, last, recovery, steps) > 0
}

/** Somebody waits, and for longer than any move may take nothing began or ended: that is said, not waited for in silence. */
export function stall(ctx: Context): RecoveryEvent | undefined {
  const { memory, ports, recovery, steps } = ctx
  const nowMs = ports.clock.now()
  const moves = movesOf(recovery, steps)
  // What could not even be sent is tried again and again, and is no progress.
  const sent = steps.filter(step => step.kind === 'evacuate' && step.unsent !== true).length
  const mark = [sent, ...moves.map(({ state }) => state)].join()
  if (memory.progress?.mark !== mark) memory.progress = { mark, atMs: nowMs }
  if (nowMs - Math.max(memory.progress.atMs, recovery.sinceMs) <= stallMs(ctx)) return undefined
  const stuck = moves.filter(move => isStuck(ctx, move))
  if (stuck.length > 0) return { type: 'stopped', hold: stuckHold(ctx, stuck) }
  const waiting = moves.filter(({ state }) => state === 'waiting').map(({ name }) => name)
  const who = waiting.length === 0 ? 'the moves' : waiting.join(', ')
  return {
    type: 'stopped',
    hold: {
      code: 'cloud',
      reason: `nothing has begun or ended for ${Math.round(stallMs(ctx) / 1000)} s: ${who} can't go on. Nova or one of its cells does not answer, or other recoveries have all the places`,
      releasedBy: 'world'
    }
  }
}

/** Longer than a move may take, and than a lost request is waited for. */
function stallMs({ recovery }: Context): number {
  return recovery.settings.evacuate.moveTimeoutMs + 240_000
}

function stuckHold(ctx: Context, stuck: readonly Move[]): Hold {
  const hosts = [...new Set(stuck.map(move => move.target ?? 'an unknown host'))]
  const lost = hosts.filter(host => ctx.recovery.targets[host]?.state === 'lost')
  const names = stuck.map(move => move.name).join(', ')
  return lost.length > 0
    ? {
        code: 'target',
        reason: `target ${lost.join(', ')} died with ${names} on the way: they wait until it is proven off by its own recovery, or vouched for`,
        releasedBy: 'world'
      }
    : {
        code: 'target',
        reason: `${names} on the way to ${hosts.join(', ')} past the time: look there whether they run; retry to go on waiting, or power ${hosts.join(', ')} off and vouch for it`,
        releasedBy: 'world'
      }
}

/** Rule 14: a target that failed and on which nothing of ours arrived is powered off by us if it is a spare of ours. */
function suspicion(ctx: Context, moves: readonly Move[]): RecoveryEvent | undefined {
  const pinned = copiesInDoubt(ctx)
  const first = pinned[0]
  if (first === undefined) return undefined
  const arrived = moves.some(move => move.state === 'arrived' && move.target === first.host)
  const use = ctx.recovery.targets[first.host]
  if (!arrived && use?.isSpare === true && use.state !== 'lost') {
    return {
      type: 'targetSuspected',
      host: first.host,
      because: `${first.move.name} failed there (${first.move.reason ?? 'no reason given'}) and may run there all the same`
    }
  }
  const list = pinned.map(({ move, host }) => `${move.name} (${move.server}) on ${host}`).join(', ')
  return {
    type: 'stopped',
    hold: {
      code: 'target',
      reason: `a copy may run that Nova does not know of: ${list}. Look for it on that hypervisor; when there is none, or it is destroyed, vouch for the server`,
      releasedBy: 'person'
    }
  }
}

/** What would help the servers that stay: more room, or a person's look. */
function leftBehind(ctx: Context, moves: readonly Move[]): RecoveryEvent | undefined {
  const staying = (ctx.recovery.plan?.staying ?? []).filter(stay =>
    moves.some(move => move.server === stay.server && move.state === 'stays')
  )
  const person = staying.filter(stay => stay.because === 'person')
  if (person.length > 0) {
    return {
      type: 'stopped',
      hold: {
        code: 'servers',
        reason: person.map(stay => `${stay.name} (${stay.server}): ${stay.reason}`).join('; '),
        releasedBy: 'person'
      }
    }
  }
  const room = staying.filter(stay => stay.because === 'room')
  if (room.length === 0) return undefined
  const refused = Object.entries(ctx.recovery.plan?.refused ?? {}).map(([host, reason]) => `${host} ${reason}`)
  const reasons = [...new Set([...refused, ...room.map(stay => stay.reason)])].join('; ')
  return {
    type: 'stopped',
    hold: {
      code: 'no-target',
      reason: `no target for ${room.map(stay => stay.name).join(', ')}: ${reasons}`,
      releasedBy: 'world'
    }
  }
}

/** Rule 7: a power-off that was sent, to a target too, may still arrive; until it can't, nothing is called cancelled. */
function powerOffPending(ctx: Context): boolean {
  const { clock, fencing } = ctx.ports
  return ctx.steps.some(
    step => step.kind === 'power-off' && step.intentAtMs + fencing.settleMs(step.to ?? '') > clock.now()
  )
}

function cancelledWith(ctx: Context, moves: readonly Move[]): RecoveryEvent {
  const { recovery, steps } = ctx
  const arrived = moves.filter(move => move.state === 'arrived').map(move => move.name)
  const left = moves
    .filter(move => move.state !== 'arrived' && move.state !== 'gone')
    .map(move => {
      const pin = pinOf(move.server, recovery, steps)
      return pin === undefined ? move.name : `${move.name} (a copy may run on ${pin}: look there)`
    })
  const { by = 'nobody', reason = '' } = recovery.cancelling ?? {}
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))
  const host = `${recovery.host} is ${proofOf(recovery) === undefined ? 'not proven off' : 'off'}${recovery.isolation === undefined ? '' : ' and forced down'}`
  return { type: 'cancelled', because: `${by}: ${reason}; ${host}; moved: ${list(arrived)}; not moved: ${list(left)}` }
}
