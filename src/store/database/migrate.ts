import { sql } from 'kysely'
import type { Log } from '../../controller/ports/ports.ts'
import { ConfigError } from '../../errors.ts'
import type { Dialect } from './dialect.ts'
import { metaTable, migrations } from './schema.ts'
import { createTransactions, type Database, type Transactions, type Tx } from './transactions.ts'

/** A large table takes its time, on a cluster that is busy more of it. */
const patienceMs = 3_600_000
const sayEveryMs = 10_000

export interface Migrated {
  readonly from: number
  readonly to: number
}

/**
 * The same with patience: a statement takes the time that it needs, and what another replica does meanwhile is waited for. As long
 * as there is nothing to do, nothing is waited for.
 */
export async function migrateWithPatience(db: Database, dialect: Dialect, log?: Log): Promise<Migrated> {
  const { limits } = dialect
  if (limits === undefined) return await migrate(createTransactions(db, dialect), dialect)
  const to = migrations.length
  if (
    (await createTransactions(db, dialect)
      .read(readVersion)
      .catch(() => undefined)) === to
  )
    return { from: to, to }
  const { statementMs } = limits
  const began = performance.now()
  const saying = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000)
    log?.warn({ seconds }, 'the schema is not ready yet: this replica or another one is bringing it up')
  }, sayEveryMs)
  limits.statementMs = patienceMs
  try {
    return await migrate(createTransactions(db, dialect, { waitMs: patienceMs }), dialect)
  } finally {
    limits.statementMs = statementMs
    clearInterval(saying)
  }
}

/**
 * Brings the schema up to what this program knows; several processes may do so at once. Throws ConfigError if the database
 * was made by a newer one.
 */
export async function migrate(transactions: Transactions, dialect: Dialect): Promise<Migrated> {
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
