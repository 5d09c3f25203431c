import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { messageOf, StoreUnavailable } from '../../errors.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
export type Tx = Transaction<Tables>

/** How the parts of the store get at the database. Both throw StoreUnavailable when it is out of reach. */
export interface Transactions {
  /** The database's clock, for use in a statement. */
  now(): RawBuilder<number>
  read<T>(work: (db: Database) => Promise<T>): Promise<T>
  /** Resolves after the durable commit. `work` runs again when the database says so, or when a key was taken meanwhile. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

const attemptsMax = 8
const pauseMs = 25

export function createTransactions(db: Database, dialect: Dialect): Transactions {
  /** A unique key that another took between our look and our insert is no error: the second look finds it. */
  function isWorthAnother(error: unknown): boolean {
    return dialect.isRetriable(error) || dialect.isUniqueViolation(error)
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    for (let number = 1; ; number++) {
      try {
        return await work()
      } catch (error) {
        if (number < attemptsMax && isWorthAnother(error)) {
          if (dialect.isRetriable(error)) await delay(pauseMs * number)
          continue
        }
        if (!dialect.isUnavailable(error) && !dialect.isRetriable(error)) throw error
        throw new StoreUnavailable(`the store can't be used: ${messageOf(error)}`, { cause: error })
      }
    }
  }

  return {
    now: () => dialect.now(),
    read: work => attempt(() => work(db)),
    write: work => attempt(() => db.transaction().execute(work))
  }
}
