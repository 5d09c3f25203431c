import type { Change, Lease, RecoveryStore } from '../../controller/ports/ports.ts'
import { hasEnded, type Recovery } from '../../core/recovery.ts'
import type { Step } from '../../core/step.ts'
import { newId } from '../../new-id.ts'
import type { Transactions, Tx } from '../database/transactions.ts'
import { appendEvents } from './events.ts'
import { leaseLost, updateUnderLease } from './guard.ts'
import { freeAllSlots } from './slots.ts'
import { giveBack, settleTargets } from './targets.ts'

type GuardedChange = Parameters<RecoveryStore['write']>[1]

/** The only way in which a recovery's driver writes: one transaction, begun by the guarded UPDATE of its row. */
export function createWriter({ now, write }: Transactions): Pick<RecoveryStore, 'write'> {
  return {
    write: (lease, change) =>
      write(async tx => {
        const closing = change.recovery !== undefined && hasEnded(change.recovery)
        const joined = await updateRow(tx, now, lease, change, closing)
        if (joined === 'signalJoined') return joined
        const row = await tx
          .selectFrom('recoveries')
          .select(['version', 'seq'])
          .where('id', '=', lease.recovery)
          .executeTakeFirstOrThrow()
        await appendEvents(tx, now, lease.recovery, row.seq, change.events ?? [], lease.epoch)
        for (const step of change.steps ?? []) await writeStep(tx, now, lease, step)
        await answerCommands(tx, now, lease, change.commands ?? [])
        await notify(tx, now, lease, change.notify ?? [])
        await giveBack(tx, now, lease.recovery, change.release ?? [])
        if (closing && change.recovery !== undefined) await close(tx, now, change.recovery)
        return { version: row.version }
      })
  }
}

async function updateRow(
  tx: Tx,
  now: Transactions['now'],
  lease: Lease,
  change: GuardedChange,
  closing: boolean
): Promise<'signalJoined' | undefined> {
  const { recovery, closesAfter } = change
  let update = updateUnderLease(tx, now, lease, recovery === undefined ? {} : columnsOf(recovery)).set(eb => ({
    seq: eb('seq', '+', change.events?.length ?? 0),
    version: eb('version', '+', recovery === undefined ? 0 : 1)
  }))
  if (closing && recovery !== undefined) {
    update = update.set({ active_key: null, outcome: recovery.phase.state, closed_at: now() })
    // In the same statement: a signal that joins at this moment either comes before it or finds the recovery closed.
    if (closesAfter !== undefined) update = update.where('signals', '<=', closesAfter)
  }
  const { numUpdatedRows } = await update.executeTakeFirst()
  if (numUpdatedRows === 1n) return undefined
  if (closing && closesAfter !== undefined && (await isStillOurs(tx, lease))) return 'signalJoined'
  throw leaseLost(lease)
}

function columnsOf(recovery: Recovery) {
  return {
    state: recovery.phase.state,
    data: JSON.stringify(recovery),
    ...(recovery.isolation !== undefined && { isolated_at: recovery.isolation.atMs })
  }
}

async function isStillOurs(tx: Tx, lease: Lease): Promise<boolean> {
  const row = await tx
    .selectFrom('recoveries')
    .select('id')
    .where('id', '=', lease.recovery)
    .where('owner', '=', lease.owner)
    .where('epoch', '=', lease.epoch)
    .where('active_key', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** A closed recovery keeps no place in a pool, no target that it left untouched, and no command that waits for ever. */
async function close(tx: Tx, now: Transactions['now'], recovery: Recovery): Promise<void> {
  await tx
    .updateTable('commands')
    .set({ result: `too late: it had ended as ${recovery.phase.state}`, done_at: now() })
    .where('recovery_id', '=', recovery.id)
    .where('done_at', 'is', null)
    .execute()
  await freeAllSlots(tx, recovery.id)
  await settleTargets(tx, now, recovery)
}

async function writeStep(tx: Tx, now: Transactions['now'], lease: Lease, step: Step): Promise<void> {
  const { kind, target, attempt, state } = step
  const set = { state, epoch: lease.epoch, written_at: now(), data: JSON.stringify(step) }
  const { numUpdatedRows } = await tx
    .updateTable('steps')
    .set(set)
    .where('recovery_id', '=', lease.recovery)
    .where('kind', '=', kind)
    .where('target', '=', target)
    .where('attempt', '=', attempt)
    .executeTakeFirst()
  if (numUpdatedRows === 1n) return
  await tx
    .insertInto('steps')
    .values({ recovery_id: lease.recovery, kind, target, attempt, ...set })
    .execute()
}

async function answerCommands(
  tx: Tx,
  now: Transactions['now'],
  lease: Lease,
  commands: NonNullable<Change['commands']>
): Promise<void> {
  for (const { id, result } of commands) {
    await tx
      .updateTable('commands')
      .set({ result, done_at: now() })
      .where('id', '=', id)
      .where('recovery_id', '=', lease.recovery)
      .where('done_at', 'is', null)
      .execute()
  }
}

async function notify(
  tx: Tx,
  now: Transactions['now'],
  lease: Lease,
  messages: NonNullable<Change['notify']>
): Promise<void> {
  for (const { type, data } of messages) {
    await tx
      .insertInto('outbox')
      .values({
        id: newId(),
        recovery_id: lease.recovery,
        type,
        data: JSON.stringify(data ?? null),
        created_at: now(),
        due_at: now(),
        attempts: 0,
        last_error: null
      })
      .execute()
  }
}
