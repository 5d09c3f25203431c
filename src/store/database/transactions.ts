import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { messageOf, StoreUnavailable } from '../../errors.ts'
import type { Availability } from '../availability.ts'
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

export interface OwnedTransactions extends Transactions {
  /** Takes nothing new (StoreUnavailable), and resolves when all that was asked before is done. */
  close(): Promise<void>
}

/** Whoever waits for an answer waits for all attempts together. */
const retryForMs = 10_000
const pauseMs = 25
const pauseMaxMs = 250

/** `waitMs`: how long a transaction is tried again. `availability` hears how each ended. */
export function createTransactions(
  db: Database,
  dialect: Dialect,
  { waitMs = retryForMs, availability }: { readonly waitMs?: number; readonly availability?: Availability } = {}
): OwnedTransactions {
  const pending = new Set<Promise<unknown>>()
  let isClosed = false

  /** A unique key that another took between our look and our insert is no error: the second look finds it. */
  function isWorthAnother(error: unknown): boolean {
    return dialect.isRetriable(error) || dialect.isUniqueViolation(error)
  }

  async function attempt<T>(work: () => Promise<T>, isWrite: boolean): Promise<T> {
    const begunMs = performance.now()
    for (let number = 1; ; number++) {
      try {
        const triedMs = performance.now()
        const done = await work()
        availability?.worked(triedMs, isWrite)
        return done
      } catch (error) {
        const isLate = number >= dialect.attemptsMax || performance.now() - begunMs >= waitMs
        if (!isLate && isWorthAnother(error)) {
          if (dialect.isRetriable(error)) await delay(pauseBefore(number))
          continue
        }
        if (!dialect.isUnavailable(error) && !dialect.isRetriable(error)) throw error
        availability?.failed(error, isWrite)
        throw new StoreUnavailable(`the store can't be used: ${messageOf(error)}`, {
          cause: error,
          isFull: dialect.isFull(error)
        })
      }
    }
  }

  async function take<T>(work: () => Promise<T>, isWrite: boolean): Promise<T> {
    if (isClosed) throw new StoreUnavailable('the store is closed')
    const done = attempt(work, isWrite)
    pending.add(done)
    try {
      return await done
    } finally {
      pending.delete(done)
    }
  }

  return {
    now: () => dialect.now(),
    read: work => take(() => work(db), false),
    write: work => take(() => db.transaction().execute(work), true),
    async close() {
      isClosed = true
      await Promise.allSettled(pending)
    }
  }
}

/** Those who met once must not meet again: each waits for a time of its own. */
function pauseBefore(attempt: number): number {
  return Math.min(pauseMs * attempt, pauseMaxMs) * (0.5 + Math.random())
}
