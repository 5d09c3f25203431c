import type { OperatorStore } from '../../controller/ports/ports.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { Transactions } from '../database/transactions.ts'

/** Which hosts stand under an isolation of ours that was not seen to be lifted. */
export function createIsolations({
  now,
  read,
  write
}: Transactions): Pick<OperatorStore, 'isolationOf' | 'isolations' | 'liftIsolation'> {
  async function standing(host?: string): Promise<Recovery[]> {
    const rows = await read(db => {
      let query = db
        .selectFrom('recoveries')
        .select(['host', 'data'])
        .where('isolated_at', 'is not', null)
        .where('lifted_at', 'is', null)
      if (host !== undefined) query = query.where('host', '=', host)
      return query.orderBy('isolated_at', 'desc').orderBy('opened_at', 'desc').orderBy('id', 'desc').execute()
    })
    const newest = new Map<string, string>()
    for (const row of rows) if (!newest.has(row.host)) newest.set(row.host, row.data)
    return [...newest.values()].map(data => JSON.parse(data) as Recovery)
  }

  return {
    isolationOf: async host => (await standing(host))[0],
    isolations: () => standing(),

    liftIsolation: recovery =>
      write(async tx => {
        const row = await tx
          .selectFrom('recoveries')
          .select(['host', 'isolated_at'])
          .where('id', '=', recovery)
          .executeTakeFirst()
        if (row === undefined || row.isolated_at === null) return
        // What an earlier recovery had isolated is lifted with it: it is one switch of one host.
        await tx
          .updateTable('recoveries')
          .set({ lifted_at: now() })
          .where('host', '=', row.host)
          .where('isolated_at', '<=', row.isolated_at)
          .where('lifted_at', 'is', null)
          .execute()
      })
  }
}
