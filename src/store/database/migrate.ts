import { sql } from 'kysely'
import { ConfigError } from '../../errors.ts'
import type { Dialect } from './dialect.ts'
import { metaTable, migrations } from './schema.ts'
import type { Transactions } from './transactions.ts'

/** Brings the schema up to what this program knows. Throws ConfigError if the database was made by a newer one. */
export async function migrate(transactions: Transactions, dialect: Dialect): Promise<{ from: number; to: number }> {
  await run(transactions, dialect, metaTable)
  await seed(transactions, 'schema', '0')
  await seed(transactions, 'admission', '')
  await seed(transactions, 'ping', '')
  const from = await readVersion(transactions)
  if (!(from <= migrations.length)) {
    throw new ConfigError('store.url', [
      `the database has schema version ${from}, this program knows versions up to ${migrations.length}: start the newer program, or give it the database of its own time`
    ])
  }
  for (const [done, ddl] of migrations.entries()) {
    if (done < from) continue
    await run(transactions, dialect, ddl)
    await transactions.write(tx =>
      tx
        .updateTable('meta')
        .set({ v: String(done + 1) })
        .where('k', '=', 'schema')
        .execute()
    )
  }
  return { from, to: migrations.length }
}

async function run(transactions: Transactions, dialect: Dialect, ddl: string): Promise<void> {
  const text = ddl.replaceAll('{longText}', dialect.longText).replaceAll('{tableSuffix}', dialect.tableSuffix)
  await transactions.read(db => sql.raw(text).execute(db))
}

async function seed(transactions: Transactions, k: string, v: string): Promise<void> {
  await transactions.write(async tx => {
    const row = await tx.selectFrom('meta').select('v').where('k', '=', k).executeTakeFirst()
    if (row === undefined) await tx.insertInto('meta').values({ k, v }).execute()
  })
}

async function readVersion(transactions: Transactions): Promise<number> {
  const row = await transactions.read(db =>
    db.selectFrom('meta').select('v').where('k', '=', 'schema').executeTakeFirstOrThrow()
  )
  return Number(row.v)
}
