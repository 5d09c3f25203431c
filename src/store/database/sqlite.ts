import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely'
import type { Clock } from '../../clock.ts'
import { ConfigError, messageOf } from '../../errors.ts'
import type { Dialect } from './dialect.ts'
import { folderAdvice } from './folder.ts'

const busyTimeoutMs = 100
const statementsKept = 500

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const code = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  protocol: 15,
  notADatabase: 26
}
const unavailable = [
  code.busy,
  code.locked,
  code.noMemory,
  code.readOnly,
  code.io,
  code.corrupt,
  code.full,
  code.cantOpen,
  code.protocol,
  code.notADatabase
]
const uniqueViolations = [2067, 1555]

/**
 * SQLite, built into Node, in one file that only this process may use: a second process is refused with a ConfigError.
 * Its clock is this process's `clock`. `:memory:` is for tests and has no second process.
 */
export function openSqlite(path: string, clock: Clock): Dialect {
  const inMemory = path === ':memory:'
  const file = inMemory ? path : resolveFile(path)
  // node:sqlite closes what is collected, and the lock would go silently: `close` below keeps it referenced.
  const lock = inMemory ? undefined : takeLock(file)
  let database: DatabaseSync
  try {
    database = openDatabase(file)
  } catch (error) {
    lock?.close()
    throw new ConfigError('store.url', [`${file} can't be opened as a SQLite database: ${messageOf(error)}`])
  }
  return dialectOf(database, clock, () => {
    if (database.isOpen) {
      if (!inMemory) database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
    }
    if (lock?.isOpen) lock.close()
  })
}

/** The same file beside the process that has it, to look at only. Throws ConfigError when it is not there. */
export function openSqliteForReading(path: string, clock: Clock): Dialect {
  try {
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true })
    return dialectOf(database, clock, () => database.isOpen && database.close())
  } catch (error) {
    throw new ConfigError('store.url', [`${path} can't be read as a SQLite database: ${messageOf(error)}`])
  }
}

function dialectOf(database: DatabaseSync, clock: Clock, close: () => void): Dialect {
  return {
    kysely: new SqliteDialect({ database: asKyselyExpects(database) }),
    now: () => sql<number>`${clock.now()}`,
    isUniqueViolation: error => uniqueViolations.includes(resultOf(error)),
    isRetriable: error => (resultOf(error) & 0xff) === code.busy,
    isUnavailable: error => unavailable.includes(resultOf(error) & 0xff),
    isFull: error => (resultOf(error) & 0xff) === code.full,
    // It has no result code of its own.
    isNoTable: error => messageOf(error).startsWith('no such table'),
    attemptsMax: 8,
    longText: 'text',
    tableSuffix: '',
    ifNewColumn: '',
    exclusive: true,
    close
  }
}

/** One file under two names would have two locks. */
function resolveFile(path: string): string {
  try {
    return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
  } catch (error) {
    const folder = resolve(dirname(path))
    throw new ConfigError('store.url', [`${path} can't be used (${messageOf(error)}): ${folderAdvice(folder)}`])
  }
}

/** Held for life: a second file, because the database itself must stay readable for the operator's `sqlite3 -readonly`. */
function takeLock(file: string): DatabaseSync {
  const path = `${file}.lock`
  let lock: DatabaseSync | undefined
  try {
    lock = privately(() => new DatabaseSync(path, { timeout: 0 }))
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    if (lock?.isOpen) lock.close()
    throw new ConfigError('store.url', [lockRefusal(file, path, error)])
  }
}

function lockRefusal(file: string, path: string, error: unknown): string {
  const result = resultOf(error) & 0xff
  if (result === code.busy)
    return `${file} is in use by another process (it holds ${path}); a file store serves one process, stop the other one first`
  const because = `${path} can't be locked: ${messageOf(error)}`
  return [code.cantOpen, code.readOnly].includes(result) ? `${because}; ${folderAdvice(dirname(path))}` : because
}

/** Files that `open` makes are for this user alone. It is done by the mask: opening a file of SQLite beside it ends its locks. */
function privately<T>(open: () => T): T {
  const mask = process.umask(0o077)
  try {
    return open()
  } finally {
    process.umask(mask)
  }
}

function openDatabase(file: string): DatabaseSync {
  const database = privately(
    () => new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  )
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
    if (mode !== 'wal' && file !== ':memory:') throw new Error('it must lie on a local disk (no write-ahead log here)')
    // An accepted signal survives a power cut: each commit waits for the disk.
    database.exec('PRAGMA synchronous = FULL')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** kysely's dialect was made for better-sqlite3; this is node:sqlite in its clothes, with its statements kept. */
function asKyselyExpects(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>()
  return {
    // The dialect's `close` does it, after a checkpoint.
    close() {},
    prepare(text) {
      const known = statements.get(text)
      if (known !== undefined) return known
      if (text === 'rollback') return rollback(database)
      // A transaction that begins by reading could not be promoted to a writing one without BUSY.
      const statement = asStatement(database.prepare(text === 'begin' ? 'begin immediate' : text))
      if (statements.size >= statementsKept) statements.clear()
      statements.set(text, statement)
      return statement
    }
  }
}

function asStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: parameters => statement.all(...(parameters as SQLInputValue[])),
    run: parameters => statement.run(...(parameters as SQLInputValue[])),
    iterate: parameters => statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>
  }
}

/** After some errors (a full disk) SQLite has rolled back by itself; a second rollback's error would hide the first. */
function rollback(database: DatabaseSync): SqliteStatement {
  return {
    reader: false,
    all: () => [],
    run() {
      if (database.isOpen && database.isTransaction) database.exec('rollback')
      return { changes: 0, lastInsertRowid: 0 }
    },
    iterate: () => [][Symbol.iterator]()
  }
}

/** SQLite's extended result code, 0 if it is no error of SQLite. */
function resultOf(error: unknown): number {
  return Error.isError(error) && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
}
