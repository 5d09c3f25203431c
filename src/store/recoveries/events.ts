import type { TimelineEvent } from '../../controller/ports/ports.ts'
import type { Transactions, Tx } from '../database/transactions.ts'

/**
 * Appends to a recovery's timeline. `lastSeq` is the number that the recovery's row has counted up to in this same
 * transaction, these events included: that is why the numbers have no gap.
 */
export async function appendEvents(
  tx: Tx,
  now: Transactions['now'],
  recovery: string,
  lastSeq: number,
  events: readonly TimelineEvent[],
  epoch: number | null
): Promise<void> {
  if (events.length === 0) return
  const rows = events.map((event, index) => ({
    recovery_id: recovery,
    seq: lastSeq - events.length + 1 + index,
    at: now(),
    kind: event.kind,
    actor: event.actor,
    epoch,
    target: event.target ?? null,
    text: event.text,
    data: event.data === undefined ? null : JSON.stringify(event.data)
  }))
  await tx.insertInto('events').values(rows).execute()
}
