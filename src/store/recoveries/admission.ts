import { sql } from 'kysely'
import type { RecoveryStore } from '../../controller/ports/ports.ts'
import { type Acted, fullWindow } from '../../core/guards/recoveries-per-hour.ts'
import { newId } from '../../new-id.ts'
import type { Database, Transactions, Tx } from '../database/transactions.ts'
import { guard } from './guard.ts'

/** How many recoveries may begin to act in a window of time: counted where all replicas see it. */
export function createAdmission({ now, read, write }: Transactions): Pick<RecoveryStore, 'admit' | 'acted'> {
  return {
    acted: (recovery, windowMs) => read(db => actedWithin(db, now, recovery, windowMs)),

    admit: (lease, limits) =>
      write(async tx => {
        await guard(tx, now, lease)
        const own = await tx
          .selectFrom('recoveries')
          .select(['segment', 'origin', 'acted_at'])
          .where('id', '=', lease.recovery)
          .executeTakeFirstOrThrow()
        if (own.acted_at !== null)
          return { admitted: true, acted: await actedWithin(tx, now, lease.recovery, limits.windowMs) }
        // A count alone lets two replicas both see the last place: this row makes them come one after the other. Always
        // another value: what an UPDATE leaves as it was is no change, and Galera lets two of those pass.
        await tx.updateTable('meta').set({ v: newId() }).where('k', '=', 'admission').execute()
        const acted = await actedWithin(tx, now, lease.recovery, limits.windowMs)
        // A lost target must be dealt with before the recovery that waits for it can go on: it is no failure more.
        if (own.origin !== 'target' && fullWindow(own.segment, acted, limits) !== undefined)
          return { admitted: false, acted }
        await tx.updateTable('recoveries').set({ acted_at: now() }).where('id', '=', lease.recovery).execute()
        return { admitted: true, acted }
      })
  }
}

/** The oldest first. */
async function actedWithin(
  db: Tx | Database,
  now: Transactions['now'],
  recovery: string,
  windowMs: number
): Promise<Acted[]> {
  const rows = await db
    .selectFrom('recoveries')
    .select(['id', 'host', 'segment', 'acted_at'])
    .where('acted_at', 'is not', null)
    .where(eb => eb.or([eb('acted_at', '>', sql<number>`${now()} - ${windowMs}`), eb('id', '=', recovery)]))
    .where('origin', '<>', 'target')
    .orderBy('acted_at')
    .orderBy('id')
    .execute()
  return rows.map(({ id, host, segment, acted_at }) => ({ recovery: id, host, segment, actedAtMs: Number(acted_at) }))
}
