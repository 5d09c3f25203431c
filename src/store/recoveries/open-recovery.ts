import type { TimelineEvent } from '../../controller/ports/ports.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { Transactions, Tx } from '../database/transactions.ts'
import { appendEvents } from './events.ts'

/** Counts up when a recovery's stored shape changes so that older programs could not go on with it. */
export const knownPlanVersion = 1

/**
 * Inserts a recovery with its first event. `active_key` is unique: if one is open for its host this fails with a
 * unique violation, and the whole transaction is run again and finds it.
 */
export async function openRecovery(
  tx: Tx,
  now: Transactions['now'],
  recovery: Recovery,
  first: TimelineEvent,
  signals: number
): Promise<void> {
  const row = {
    id: recovery.id,
    host: recovery.host,
    segment: recovery.segment,
    origin: recovery.origin,
    continues: recovery.continues ?? null,
    active_key: recovery.host,
    state: recovery.phase.state,
    version: 1,
    seq: 1,
    signals,
    data: JSON.stringify(recovery),
    plan_version: knownPlanVersion,
    epoch: 0,
    lease_ttl: 0,
    lease_until: 0,
    opened_at: now(),
    isolated_at: recovery.isolation?.atMs ?? null
  }
  await tx.insertInto('recoveries').values(row).execute()
  await appendEvents(tx, now, recovery.id, 1, [first], null)
}

/** Adds a signal to the open recovery of `host`. undefined: none is open; a closed one is never joined. */
export async function joinOpenRecovery(
  tx: Tx,
  now: Transactions['now'],
  host: string,
  event: TimelineEvent
): Promise<string | undefined> {
  const { numUpdatedRows } = await tx
    .updateTable('recoveries')
    .set(eb => ({ signals: eb('signals', '+', 1), seq: eb('seq', '+', 1) }))
    .where('active_key', '=', host)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return undefined
  const { id, seq } = await tx
    .selectFrom('recoveries')
    .select(['id', 'seq'])
    .where('active_key', '=', host)
    .executeTakeFirstOrThrow()
  await appendEvents(tx, now, id, seq, [event], null)
  return id
}
