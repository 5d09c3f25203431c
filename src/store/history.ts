import { sql } from 'kysely'
import type { OperatorStore, RecoveryStore } from '../controller/ports/ports.ts'
import type { Step } from '../core/step.ts'
import type { Transactions } from './database/transactions.ts'
import { isAfter, pageOf, readCursor } from './paging.ts'
import { recoveryColumns, toCommand, toEvent, toStored } from './rows.ts'

type History = Pick<RecoveryStore, 'steps' | 'commands'> &
  Pick<OperatorStore, 'recoveries' | 'recovery' | 'openRecoveryOf' | 'pastOf' | 'events'>

/** Recoveries and what belongs to them, as it is read. The list is newest first. */
export function createHistory({ read }: Transactions): History {
  return {
    async steps(recovery) {
      const rows = await read(db =>
        db
          .selectFrom('steps')
          .select('data')
          .where('recovery_id', '=', recovery)
          .orderBy('kind')
          .orderBy('target')
          .orderBy('attempt')
          .execute()
      )
      return rows.map(row => JSON.parse(row.data) as Step)
    },

    async commands(recovery) {
      const rows = await read(db =>
        db
          .selectFrom('commands')
          .selectAll()
          .where('recovery_id', '=', recovery)
          .where('done_at', 'is', null)
          .orderBy('at')
          .orderBy('id')
          .execute()
      )
      return rows.map(toCommand)
    },

    async recoveries({ state, host, segment, sinceMs, limit, cursor }) {
      const after = readCursor(cursor)
      const rows = await read(db => {
        let query = db.selectFrom('recoveries').select([...recoveryColumns, 'opened_at'])
        if (state === 'open') query = query.where('active_key', 'is not', null)
        else if (state !== undefined) query = query.where('state', '=', state)
        if (host !== undefined) query = query.where('host', '=', host)
        if (segment !== undefined) query = query.where('segment', '=', segment)
        if (sinceMs !== undefined) query = query.where('opened_at', '>=', sinceMs)
        if (after !== undefined) query = query.where(isAfter(after, 'opened_at'))
        return query
          .orderBy('opened_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
      })
      return pageOf(rows, limit, row => ({ atMs: row.opened_at, id: row.id }), toStored)
    },

    async recovery(id) {
      const row = await read(db =>
        db.selectFrom('recoveries').select(recoveryColumns).where('id', '=', id).executeTakeFirst()
      )
      return row && toStored(row)
    },

    async openRecoveryOf(host) {
      const row = await read(db =>
        db.selectFrom('recoveries').select(recoveryColumns).where('active_key', '=', host).executeTakeFirst()
      )
      return row && toStored(row)
    },

    async pastOf(host, limit) {
      const rows = await read(db =>
        db
          .selectFrom('recoveries')
          .select(['id', 'state', 'opened_at', 'closed_at'])
          .where('host', '=', host)
          // Nodes of a cluster may date the next one no later; the open one is the newest.
          .orderBy(sql`active_key IS NULL`)
          .orderBy('opened_at', 'desc')
          .limit(limit)
          .execute()
      )
      return rows.map(({ id, state, opened_at: openedAtMs, closed_at: closedAtMs }) => ({
        id,
        state,
        openedAtMs,
        ...(closedAtMs === null ? {} : { closedAtMs })
      }))
    },

    async events(recovery) {
      const rows = await read(db =>
        db.selectFrom('events').selectAll().where('recovery_id', '=', recovery).orderBy('seq').execute()
      )
      return rows.map(toEvent)
    }
  }
}
