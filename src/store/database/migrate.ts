import { sql } from 'kysely'
import { ConfigError } from '../../errors.ts'
import type { Dialect } from './dialect.ts'
import { metaTable, migrations } from './schema.ts'
import type { Transactions, Tx } from './transactions.ts'

/**
 * Brings the schema up to what this program knows; several processes may do so at once. Throws ConfigError if the database
 * was made by a newer one.
 */
export async function migrate(transactions: Transactions, dialect: Dialect): Promise<{ from: number; to: number }> {
  await transactions.write(async tx => {
    await lock(tx, dialect)
    await run(tx, dialect, metaTable)
  })
  await seed(transactions, 'schema', '0')
  await seed(transactions, 'admission', '')
  await seed(transactions, 'ping', '')
  const from = await transactions.read(readVersion)
  if (!(from <= migrations.length)) {
    throw new ConfigError('store.url', [
      `the database has schema version ${from}, this program knows versions up to ${migrations.length}: start the newer program, or give it the database of its own time`
    ])
  }
  for (const [done, ddl] of migrations.entries()) {
    if (done >= from) await transactions.write(tx => step(tx, dialect, done, ddl))
  }
  return { from, to: migrations.length }
}

/** Where DDL can't be rolled back, two processes may both come to the same one: it is safe to repeat, and counted once. */
async function step(tx: Tx, dialect: Dialect, done: number, ddl: string): Promise<void> {
  await lock(tx, dialect)
  if ((await readVersion(tx)) > done) return
  await run(tx, dialect, ddl)
  await tx
    .updateTable('meta')
    .set({ v: String(done + 1) })
    .where('k', '=', 'schema')
    .where('v', '=', String(done))
    .execute()
}

async function lock(tx: Tx, { schemaLock }: Dialect): Promise<void> {
  if (schemaLock !== undefined) await schemaLock.execute(tx)
}

async function run(tx: Tx, dialect: Dialect, ddl: string): Promise<void> {
  const text = ddl
    .replaceAll('{longText}', dialect.longText)
    .replaceAll('{tableSuffix}', dialect.tableSuffix)
    .replaceAll('{ifNewColumn}', dialect.ifNewColumn)
  if (dialect.ifNewColumn === '' && (await hasColumn(tx, text))) return
  await sql.raw(text).execute(tx)
}

/** What ADD COLUMN IF NOT EXISTS would ask. */
async function hasColumn(tx: Tx, ddl: string): Promise<boolean> {
  const [, table, column] = /^ALTER TABLE (\w+) ADD COLUMN (\w+) /.exec(ddl) ?? []
  if (table === undefined) return false
  const tables = await tx.introspection.getTables()
  return tables.some(({ name, columns }) => name === table && columns.some(one => one.name === column))
}

async function seed(transactions: Transactions, k: string, v: string): Promise<void> {
  await transactions.write(async tx => {
    const row = await tx.selectFrom('meta').select('v').where('k', '=', k).executeTakeFirst()
    if (row === undefined) await tx.insertInto('meta').values({ k, v }).execute()
  })
}

async function readVersion(db: Pick<Tx, 'selectFrom'>): Promise<number> {
  const row = await db.selectFrom('meta').select('v').where('k', '=', 'schema').executeTakeFirstOrThrow()
  return Number(row.v)
}
