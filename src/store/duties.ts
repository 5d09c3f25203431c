import { sql } from 'kysely'
import type { DutyStore } from '../controller/ports/ports.ts'
import type { Transactions } from './database/transactions.ts'

/** Periodic work: a row with a lease each, so that one replica does it. */
export function createDuties({
  now,
  read,
  write
}: Transactions): Pick<DutyStore, 'takeDuty' | 'keepDuties' | 'duties' | 'dutyDone' | 'giveDutiesBack'> {
  return {
    takeDuty: (duty, owner, ttlMs) =>
      write(async tx => {
        const lease = { owner, until_at: sql<number>`${now()} + ${ttlMs}` }
        const { numUpdatedRows } = await tx
          .updateTable('duties')
          .set(lease)
          .where('duty', '=', duty)
          .where(eb => eb.or([eb('owner', '=', owner), eb('until_at', '<=', now())]))
          .executeTakeFirst()
        if (numUpdatedRows === 1n) return true
        const row = await tx.selectFrom('duties').select('owner').where('duty', '=', duty).executeTakeFirst()
        if (row !== undefined) return false
        await tx
          .insertInto('duties')
          .values({ duty, ...lease })
          .execute()
        return true
      }),

    keepDuties: (owner, ttlMs) =>
      write(async tx => {
        const until = sql<number>`${now()} + ${ttlMs}`
        await tx.updateTable('duties').set({ until_at: until }).where('owner', '=', owner).execute()
      }),

    async duties() {
      const rows = await read(db => db.selectFrom('duties').selectAll().orderBy('duty').execute())
      return rows.map(row => ({
        duty: row.duty,
        owner: row.owner,
        untilMs: row.until_at,
        ...(row.last_done_at !== null && { lastDoneMs: row.last_done_at }),
        ...(row.last_error !== null && { lastError: row.last_error })
      }))
    },

    dutyDone: (duty, owner, error) =>
      write(async tx => {
        const set = error === undefined ? { last_done_at: now(), last_error: null } : { last_error: error }
        await tx.updateTable('duties').set(set).where('duty', '=', duty).where('owner', '=', owner).execute()
      }),

    giveDutiesBack: owner =>
      write(async tx => {
        await tx.updateTable('duties').set({ until_at: 0 }).where('owner', '=', owner).execute()
      })
  }
}
