import { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Log, Store } from '../controller/ports/ports.ts'
import { ConfigError, messageOf, StoreUnavailable } from '../errors.ts'
import { newId } from '../new-id.ts'
import { createArming } from './arming.ts'
import { createAvailability } from './availability.ts'
import type { Dialect } from './database/dialect.ts'
import { migrateWithPatience } from './database/migrate.ts'
import { openDialect } from './database/open-dialect.ts'
import type { Tables } from './database/tables.ts'
import { createTransactions, type OwnedTransactions, type Transactions } from './database/transactions.ts'
import { createDisbeliefs } from './disbeliefs.ts'
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
import { createSightings } from './sightings.ts'
import { createSignals } from './signals.ts'
import { createSummary } from './summary.ts'

export interface StoreOptions {
  /** Of a file store, the system's if not given. A database server has its own, and tests put theirs in its place. */
  readonly clock?: Clock
  readonly log?: Log
}

/**
 * Opens the store of `url` (`file:PATH`, `mysql://…`, `postgres://…`; `file::memory:` for tests), makes or renews its schema,
 * and frees what a dead process held, where only one can have it. Throws ConfigError when it can't be used as it is: in use,
 * out of reach, of a newer schema, not a database.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const dialect = await openDialect(url, options.clock)
  const db = new Kysely<Tables>({ dialect: dialect.kysely })
  const availability = options.log && createAvailability(options.log, () => performance.now())
  const transactions = createTransactions(db, dialect, { ...(availability && { availability }) })
  const finish = () => finishAll(transactions, db, dialect)
  try {
    const { from, to } = await migrateWithPatience(db, dialect, options.log)
    const broken = dialect.exclusive ? await breakLeases(transactions) : 0
    options.log?.info({ schema: to, schemaBefore: from, leasesBroken: broken }, 'store opened')
    for (const concern of (await dialect.inspect?.())?.concerns ?? []) options.log?.warn({ concern }, 'about the store')
  } catch (error) {
    await finish()
    throw await unopened(error, dialect)
  }
  let closing: Promise<void> | undefined
  return {
    ...createParts(transactions),
    async close() {
      closing ??= finish()
      await closing
    }
  }
}

/** What keeps the store from being opened, and what to do about it. */
async function unopened(error: unknown, dialect: Dialect): Promise<unknown> {
  if (error instanceof ConfigError) return error
  if (error instanceof StoreUnavailable)
    return new ConfigError('store.url', [(await dialect.wrongKind?.()) ?? error.message])
  if (dialect.exclusive) return error
  const advice = 'the user needs the right to create tables (docs/high-availability.md, "The store")'
  return new ConfigError('store.url', [`${dialect.shown}: the tables can't be made: ${messageOf(error)}: ${advice}`])
}

/** What was asked before is finished first. */
async function finishAll(transactions: OwnedTransactions, db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await transactions.close()
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
    ...createSightings(transactions),
    ...createDisbeliefs(transactions),
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
