import { Kysely } from 'kysely'
import { type Clock, systemClock } from '../clock.ts'
import type { Log, Store } from '../controller/ports.ts'
import { ConfigError } from '../errors.ts'
import { createArming } from './arming.ts'
import type { Dialect } from './database/dialect.ts'
import { pathOfStore } from './database/folder.ts'
import { migrate } from './database/migrate.ts'
import { newId } from './database/new-id.ts'
import { openSqlite } from './database/sqlite.ts'
import type { Tables } from './database/tables.ts'
import { createTransactions, type Transactions } from './database/transactions.ts'
import { createDuties } from './duties.ts'
import { createHistory } from './history.ts'
import { createIntake } from './intake.ts'
import { createOutbox } from './outbox.ts'
import { createAdmission } from './recoveries/admission.ts'
import { createCommands } from './recoveries/commands.ts'
import { createIsolations } from './recoveries/isolations.ts'
import { breakLeases, createLeases } from './recoveries/leases.ts'
import { createSlots } from './recoveries/slots.ts'
import { createTargets } from './recoveries/targets.ts'
import { createWriter } from './recoveries/write-recovery.ts'
import { createRetention } from './retention.ts'
import { createSignals } from './signals.ts'
import { createSummary } from './summary.ts'

export interface StoreOptions {
  /** The clock of a file store; a database server has its own. */
  readonly clock?: Clock
  readonly log?: Log
}

/**
 * Opens the store of `url` (`file:PATH`, `file::memory:` for tests), makes or renews its schema, and frees what a dead
 * process held. Throws ConfigError when it can't be used as it is: in use, of a newer schema, not a database.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const dialect = openDialect(url, options.clock ?? systemClock)
  const db = new Kysely<Tables>({ dialect: dialect.kysely })
  const transactions = createTransactions(db, dialect)
  try {
    const { from, to } = await migrate(transactions, dialect)
    const broken = dialect.exclusive ? await breakLeases(transactions) : 0
    options.log?.info({ schema: to, schemaBefore: from, leasesBroken: broken }, 'store opened')
  } catch (error) {
    dialect.close()
    throw error
  }
  let closing: Promise<void> | undefined
  return {
    ...createParts(transactions),
    async close() {
      closing ??= finish(db, dialect)
      await closing
    }
  }
}

/** What was asked before is finished first: with one connection, having it means that nobody else is at work. */
async function finish(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await db.connection().execute(async () => {})
  await db.destroy()
  dialect.close()
}

function createParts(transactions: Transactions): Omit<Store, 'close'> {
  return {
    ...createLeases(transactions),
    ...createWriter(transactions),
    ...createHistory(transactions),
    ...createSignals(transactions),
    ...createSummary(transactions),
    ...createTargets(transactions),
    ...createAdmission(transactions),
    ...createSlots(transactions),
    ...createArming(transactions),
    ...createIntake(transactions),
    ...createIsolations(transactions),
    ...createCommands(transactions),
    ...createDuties(transactions),
    ...createOutbox(transactions),
    ...createRetention(transactions),
    async ping() {
      await transactions.write(tx => tx.updateTable('meta').set({ v: newId() }).where('k', '=', 'ping').execute())
    }
  }
}

function openDialect(url: string, clock: Clock): Dialect {
  const path = pathOfStore(url)
  if (path !== undefined) return openSqlite(path, clock)
  throw new ConfigError('store.url', ['a URL like file:switchover.db is expected'])
}
