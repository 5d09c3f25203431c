import { stat } from 'node:fs/promises'
import { Kysely } from 'kysely'
import { type Clock, systemClock } from '../clock.ts'
import type { OperatorStore, RecoveryStore } from '../controller/ports/ports.ts'
import { ConfigError, messageOf } from '../errors.ts'
import { pathOfStore } from '../store-url.ts'
import { openDialect } from './database/open-dialect.ts'
import { migrations } from './database/schema.ts'
import { openSqliteForReading } from './database/sqlite.ts'
import type { Tables } from './database/tables.ts'
import { createTransactions } from './database/transactions.ts'
import { createDisbeliefs } from './disbeliefs.ts'
import { createHistory } from './history.ts'
import { createSignals } from './signals.ts'

export interface ReadStore
  extends Pick<OperatorStore, 'signals' | 'recovery' | 'pastOf'>,
    Pick<RecoveryStore, 'disbeliefs'> {
  close(): Promise<void>
}

/** No service has made its tables there yet. */
export class NothingStored extends ConfigError {
  override readonly name = 'ConfigError'
  constructor(what: string) {
    super('store.url', [`${what}: start the service first`])
  }
}

/**
 * What the service has stored, to look at while it runs; nothing is written, not even the schema. Throws ConfigError, NothingStored
 * where there is nothing yet, and StoreUnavailable.
 */
export async function openStoreForReading(url: string, clock: Clock = systemClock): Promise<ReadStore> {
  const path = pathOfStore(url)
  if (path !== undefined && path !== ':memory:') await assertThere(path)
  const dialect = path === undefined ? await openDialect(url, undefined) : openSqliteForReading(path, clock)
  const db = new Kysely<Tables>({ dialect: dialect.kysely })
  const transactions = createTransactions(db, dialect)
  const close = async (): Promise<void> => {
    await transactions.close()
    await db.destroy()
    dialect.close()
  }
  try {
    const version = await transactions.read(readable =>
      readable.selectFrom('meta').select('v').where('k', '=', 'schema').executeTakeFirst()
    )
    if (Number(version?.v) !== migrations.length)
      throw new ConfigError('store.url', [
        `the database has schema version ${version?.v ?? 'none'}, this program reads version ${migrations.length}: start the service of this version first`
      ])
  } catch (error) {
    await close()
    if (dialect.isNoTable(error)) throw new NothingStored('the database has no tables of ours')
    throw error
  }
  const { signals } = createSignals(transactions)
  const { recovery, pastOf } = createHistory(transactions)
  const { disbeliefs } = createDisbeliefs(transactions)
  return { signals, recovery, pastOf, disbeliefs, close }
}

/** What this user may not look at may be there all the same. */
async function assertThere(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'ENOENT')
      throw new NothingStored(`${path} is not there`)
    throw new ConfigError('store.url', [`${path} can't be read by this user (${messageOf(error)})`])
  }
}
