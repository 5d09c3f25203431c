import { sql } from 'kysely'
import type { RecoveryStore } from '../controller/ports/ports.ts'
import type { Transactions } from './database/transactions.ts'

/** What guards remember over restarts and over replicas. */
export function createSightings({
  now,
  read,
  write
}: Transactions): Pick<RecoveryStore, 'sight' | 'sightings' | 'failuresOf'> {
  return {
    sight: (what, gapMs) =>
      write(async tx => {
        const isGap = sql<boolean>`seen_at < ${now()} - ${gapMs}`
        const { numUpdatedRows: anew } = await tx
          .updateTable('sightings')
          .set({ since_at: now(), seen_at: now() })
          .where('what', '=', what)
          .where(isGap)
          .executeTakeFirst()
        if (anew === 1n) return
        const { numUpdatedRows: again } = await tx
          .updateTable('sightings')
          .set({ seen_at: now() })
          .where('what', '=', what)
          .executeTakeFirst()
        if (again === 1n) return
        const row = await tx.selectFrom('sightings').select('what').where('what', '=', what).executeTakeFirst()
        if (row === undefined)
          await tx.insertInto('sightings').values({ what, since_at: now(), seen_at: now() }).execute()
      }),

    async sightings() {
      const rows = await read(db => db.selectFrom('sightings').selectAll().execute())
      return Object.fromEntries(rows.map(row => [row.what, { sinceMs: row.since_at, seenAtMs: row.seen_at }]))
    },

    async failuresOf(host, fromMs, toMs) {
      const rows = await read(db =>
        db
          .selectFrom('recoveries')
          .select('id')
          .where('host', '=', host)
          .where('continues', 'is', null)
          .where('isolated_at', '>=', fromMs)
          .where('isolated_at', '<=', toMs)
          .execute()
      )
      return rows.length
    }
  }
}
