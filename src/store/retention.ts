import { sql } from 'kysely'
import type { DutyStore } from '../controller/ports/ports.ts'
import type { Transactions, Tx } from './database/transactions.ts'

/** Rows a transaction: a large sweep must not keep an alarm waiting. */
const batchSize = 200

/**
 * Deletes what is old enough. What stays however old: open recoveries with all that is theirs, recoveries that a
 * standing isolation, a used target or a younger recovery refers to.
 */
export function createRetention({ now, write }: Transactions): Pick<DutyStore, 'retain'> {
  async function sweep(batch: (tx: Tx) => Promise<{ found: number; deleted: number }>): Promise<number> {
    let total = 0
    for (;;) {
      const { found, deleted } = await write(batch)
      total += deleted
      if (found < batchSize) return total
    }
  }

  async function deleteSignals(tx: Tx, keepMs: number): Promise<{ found: number; deleted: number }> {
    const old = await tx
      .selectFrom('signals')
      .leftJoin('recoveries', 'recoveries.id', 'signals.recovery_id')
      .select('signals.id')
      .where('signals.received_at', '<', sql<number>`${now()} - ${keepMs}`)
      .where('recoveries.active_key', 'is', null)
      .limit(batchSize)
      .execute()
    if (old.length === 0) return { found: 0, deleted: 0 }
    await tx
      .deleteFrom('signals')
      .where(
        'id',
        'in',
        old.map(row => row.id)
      )
      .execute()
    return { found: old.length, deleted: old.length }
  }

  async function deleteRecoveries(tx: Tx, keepMs: number): Promise<{ found: number; deleted: number }> {
    const old = await tx
      .selectFrom('recoveries')
      .select('id')
      .where('closed_at', '<', sql<number>`${now()} - ${keepMs}`)
      .where(eb => eb.or([eb('isolated_at', 'is', null), eb('lifted_at', 'is not', null)]))
      .where('id', 'not in', eb =>
        eb
          .selectFrom('targets')
          .select('recovery_id')
          .where('recovery_id', 'is not', null)
          .$castTo<{ recovery_id: string }>()
      )
      .where('id', 'not in', eb =>
        eb
          .selectFrom('recoveries as later')
          .select('later.continues')
          .where('later.continues', 'is not', null)
          .$castTo<{ continues: string }>()
      )
      .limit(batchSize)
      .execute()
    if (old.length === 0) return { found: 0, deleted: 0 }
    const ids = old.map(row => row.id)
    let deleted = 0
    for (const table of ['steps', 'events', 'commands', 'signals'] as const) {
      const { numDeletedRows } = await tx.deleteFrom(table).where('recovery_id', 'in', ids).executeTakeFirst()
      deleted += Number(numDeletedRows)
    }
    const { numDeletedRows } = await tx.deleteFrom('recoveries').where('id', 'in', ids).executeTakeFirst()
    return { found: old.length, deleted: deleted + Number(numDeletedRows) }
  }

  return {
    retain: async ({ signalsMs, recoveriesMs }) =>
      (await sweep(tx => deleteSignals(tx, signalsMs))) + (await sweep(tx => deleteRecoveries(tx, recoveriesMs)))
  }
}
