import { sql } from 'kysely'
import type { DutyStore } from '../controller/ports/ports.ts'
import type { Transactions } from './database/transactions.ts'

/** Notifications: written with what they tell of, deleted only after they were delivered. */
export function createOutbox({
  now,
  read,
  write
}: Transactions): Pick<DutyStore, 'outbox' | 'delivered' | 'deliveryFailed'> {
  return {
    async outbox(limit) {
      const rows = await read(db =>
        db
          .selectFrom('outbox')
          .selectAll()
          .where('due_at', '<=', now())
          .orderBy('created_at')
          .orderBy('id')
          .limit(limit)
          .execute()
      )
      return rows.map(row => ({
        id: row.id,
        type: row.type,
        data: JSON.parse(row.data) as unknown,
        createdAtMs: row.created_at,
        attempts: row.attempts
      }))
    },

    delivered: id =>
      write(async tx => {
        await tx.deleteFrom('outbox').where('id', '=', id).execute()
      }),

    deliveryFailed: (id, retryAfterMs, error) =>
      write(async tx => {
        await tx
          .updateTable('outbox')
          .set(eb => ({
            attempts: eb('attempts', '+', 1),
            due_at: sql<number>`${now()} + ${retryAfterMs}`,
            last_error: error
          }))
          .where('id', '=', id)
          .execute()
      })
  }
}
