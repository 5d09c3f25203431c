import type { RecoveryStore } from '../controller/ports/ports.ts'
import type { Transactions } from './database/transactions.ts'

/** Agents that said off of a host that reported, over restarts and over replicas. */
export function createDisbeliefs({
  read,
  write
}: Transactions): Pick<RecoveryStore, 'disbeliefs' | 'disbelieve' | 'believe'> {
  return {
    async disbeliefs(host) {
      const rows = await read(db => {
        const all = db.selectFrom('disbeliefs').selectAll().orderBy('host').orderBy('agent').orderBy('way')
        return (host === undefined ? all : all.where('host', '=', host)).execute()
      })
      return rows.map(row => ({
        ...{ host: row.host, agent: row.agent, way: row.way },
        ...{ sinceMs: row.since_at, saidAtMs: row.said_at }
      }))
    },

    disbelieve: ({ host, agent, way }, by, atMs) =>
      write(async tx => {
        const known = await tx
          .selectFrom('disbeliefs')
          .select('said_at')
          .where('host', '=', host)
          .where('agent', '=', agent)
          .where('way', '=', way)
          .executeTakeFirst()
        const said = { said_at: atMs, heard_by: by }
        if (known === undefined)
          await tx
            .insertInto('disbeliefs')
            .values({ host, agent, way, since_at: atMs, ...said })
            .execute()
        else
          await tx
            .updateTable('disbeliefs')
            .set(said)
            .where('host', '=', host)
            .where('agent', '=', agent)
            .where('way', '=', way)
            .where('said_at', '<=', atMs)
            .execute()
      }),

    believe: ({ host, agent, way }, by, atMs, quietMs) =>
      write(async tx => {
        const { numDeletedRows } = await tx
          .deleteFrom('disbeliefs')
          .where('host', '=', host)
          .where('agent', '=', agent)
          .where('way', '=', way)
          .where(eb =>
            eb.or([
              eb.and([eb('heard_by', '=', by), eb('said_at', '<=', atMs)]),
              eb('said_at', '<', atMs - quietMs),
              // By a clock that was wrong: nothing else ends what was heard so far in the future.
              eb('said_at', '>', atMs + quietMs)
            ])
          )
          .executeTakeFirst()
        return numDeletedRows > 0n
      })
  }
}
