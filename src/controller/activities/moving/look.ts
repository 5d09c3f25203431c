import { foreignEvacuationsMax } from '../../../core/guards/other-tool.ts'
import type { HostsReading } from '../../../core/inventory.ts'
import { findHost } from '../../../core/inventory.ts'
import { isIsolatedByUs } from '../../../core/marks.ts'
import { movesOf } from '../../../core/moves.ts'
import { proofOf } from '../../../core/recovery.ts'
import type { RecoveryEvent } from '../../../core/recovery-event.ts'
import type { Standing } from '../../judgement/reread-proof.ts'
import { doubtHold, heardProof, rereadProof } from '../../judgement/reread-proof.ts'
import { foreignEvacuations } from '../../planning/planning.ts'
import type { Context } from '../../recovery/context.ts'
import { segmentGone } from '../holds.ts'
import type { MigrationsRead } from './read-migrations.ts'
import { readMigrations } from './read-migrations.ts'
import { reportsMoveOn } from './reports.ts'

/** What one round sees: one list of services, one of migrations, one reading of the BMC. */
export interface Look extends MigrationsRead {
  /** Does the proof still stand? `unread` while the BMC takes its time. */
  readonly proof: Standing | 'unread'
}

export async function look(ctx: Context): Promise<Look> {
  // Only what waits to be sent, or may not have been sent, is decided by what the list lacks.
  const asksForMore = movesOf(ctx.recovery, ctx.steps).some(({ state }) => state === 'waiting' || state === 'sending')
  const [read, proof] = await Promise.all([readMigrations(ctx, asksForMore), readProof(ctx)])
  return { ...read, proof }
}

/** A BMC that hangs must not slow down the moves: a round waits so long, and the reading goes on beside it. */
const patienceMs = 1500

/** One that comes between two rounds is met by the next: a BMC that is always slow would never be heard else. */
async function readProof(ctx: Context): Promise<Look['proof']> {
  const { memory, ports } = ctx
  memory.proofReading ??= proofNow(ctx)
  const { proofReading } = memory
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  proofReading.then(over, over)
  try {
    return await Promise.race([proofReading, ports.clock.sleep(patienceMs, ctx.signal).then(() => 'unread' as const)])
  } finally {
    if (isOver) delete memory.proofReading
  }
}

/** What it says counts from the moment in which it is said: moves that are about to leave do not wait for the round. */
async function proofNow(ctx: Context): Promise<Standing> {
  const { memory, ports } = ctx
  const { proofsForgotten } = memory
  const proof = await rereadProof(ctx, true)
  // A hold or a pause lay between: what was asked before it says nothing about now.
  if (memory.proofsForgotten !== proofsForgotten) return proof
  if (proof.stands) heardProof(ctx, proof.atMs)
  else if (proof.on) memory.seenOnAtMs = ports.clock.now()
  return proof
}

/** What forbids any new evacuate. Those sent go on in Nova whatever we do. */
export function danger(ctx: Context, { reading, migrations, proof }: Look): RecoveryEvent | undefined {
  const { recovery } = ctx
  const host = findHost(reading, recovery.host)
  const forcedDownByUs =
    host?.forcedDown === true && (isIsolatedByUs(host.disabledReason) || recovery.isolation?.forcedDownByUs === true)
  // Without its segment nobody knows any more what to ask for a sign of life.
  if (ctx.ports.policy.segment(recovery.segment) === undefined) return { type: 'stopped', hold: segmentGone(recovery) }
  if (proof !== 'unread' && !proof.stands && proof.on) {
    // Only what this run itself saw off all the time may be fenced again: else a person may have brought it back.
    const isSeen = proofOf(recovery)?.kind === 'fenced' && ctx.memory.onItsWord !== true
    return isSeen && ctx.memory.provenAtMs !== undefined && forcedDownByUs
      ? { type: 'sourceCameOn', because: proof.reason }
      : { type: 'stopped', hold: doubtHold(proof) }
  }
  const living = reportsMoveOn(ctx, host)
  if (living !== undefined) return { type: 'stopped', hold: doubtHold({ on: true, reason: living }) }
  if (host !== undefined && host.state !== 'unknown' && !host.forcedDown) {
    return {
      type: 'stopped',
      hold: {
        code: 'isolation',
        reason: `somebody lifted the force-down of ${recovery.host}. Force it down again and retry, or cancel`,
        releasedBy: 'person'
      }
    }
  }
  const foreign = foreignEvacuations(migrations, ctx.steps, recovery.proofs)
  if (foreign > foreignEvacuationsMax) {
    return {
      type: 'stopped',
      hold: {
        code: 'other-tool',
        reason: `${foreign} evacuations that are not ours are running: another tool is at work`,
        releasedBy: 'world'
      }
    }
  }
  return targetTrouble(ctx, reading)
}

/** A target that died gets nothing new; one that others disabled takes nothing new. */
function targetTrouble(ctx: Context, reading: HostsReading): RecoveryEvent | undefined {
  const moves = movesOf(ctx.recovery, ctx.steps)
  for (const [name, use] of Object.entries(ctx.recovery.targets)) {
    if (use.state !== 'prepared') continue
    const busy = moves.some(move => move.target === name && ['waiting', 'sending', 'moving'].includes(move.state))
    const host = findHost(reading, name)
    if (!busy || host === undefined || host.state === 'unknown') continue
    if (host.state === 'down') {
      return {
        type: 'targetChanged',
        host: name,
        use: { ...use, state: 'lost', reason: 'it died while servers were moved to it' },
        because: `target ${name} died`
      }
    }
    if (host.status === 'disabled' && moves.some(move => move.target === name && move.state === 'waiting')) {
      return {
        type: 'targetChanged',
        host: name,
        use: { ...use, state: 'failed', reason: 'it was disabled by others' },
        because: `target ${name} was disabled by others`
      }
    }
  }
  return undefined
}
