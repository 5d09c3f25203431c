import type { Dialect as KyselyDialect, RawBuilder } from 'kysely'

/**
 * All that differs between the databases. Another database is another file that makes one of these; nothing else
 * in this folder's parent knows which one it talks to. `begin` is the driver's own affair inside `kysely`.
 */
export interface Dialect {
  readonly kysely: KyselyDialect
  /** The database's clock in ms, as an expression for any statement. */
  now(): RawBuilder<number>
  /** A row with this key is there already. */
  isUniqueViolation(error: unknown): boolean
  /** Busy, deadlock, serialization: the whole transaction may be run again. */
  isRetriable(error: unknown): boolean
  /** The database is out of reach, full, read-only or broken: no fault of the statement. */
  isUnavailable(error: unknown): boolean
  /** Of those: its disk has no room left. */
  isFull(error: unknown): boolean
  /** A table that the statement names is not there. */
  isNoTable(error: unknown): boolean
  /** How often a transaction is tried at most: where writers meet only at the commit, many may have to. */
  readonly attemptsMax: number
  /** Begins a transaction that changes the schema, so that of several processes one does it; not needed everywhere. */
  readonly schemaLock?: RawBuilder<unknown>
  /** Column type that takes at least a few MB of text. */
  readonly longText: 'text' | 'longtext'
  /** Appended to each CREATE TABLE: character set and collation where the default compares names loosely. */
  readonly tableSuffix: string
  /** Written after ADD COLUMN, where the database knows it; it must where several processes may change the schema at once. */
  readonly ifNewColumn: '' | 'IF NOT EXISTS '
  /** Nobody else can have this database open: every lease found in it is a dead process's. */
  readonly exclusive: boolean
  /** Where the servers are, without the password; undefined where there are none. */
  readonly shown?: string
  /** How long a statement may take; more while the schema is brought up. Undefined where nothing is waited for. */
  readonly limits?: Limits
  /** A sentence, if there is a server of another kind than the URL says. */
  wrongKind?(): Promise<string | undefined>
  /** Looks at the servers themselves; undefined where there are none. */
  inspect?(): Promise<Inspection>
  /** Tries all that will be written, and leaves nothing behind; undefined if no server can be used. */
  tryToWrite?(): Promise<Writable | undefined>
  /** After kysely let go of the connection. */
  close(): void
}

export interface Limits {
  statementMs: number
}

export interface Writable {
  readonly ok: boolean
  /** For people: what can be done, or what is missing. */
  readonly sentence: string
}

/** How database servers are set up, as far as what we promise rests on it. */
export interface Inspection {
  /** Where they are, without the password. */
  readonly shown: string
  /** At least one of them can be used. */
  readonly isUsable: boolean
  /** One sentence about each, for people. */
  readonly nodes: readonly string[]
  /** What may lose something, or let two replicas act, on a bad day. */
  readonly concerns: readonly string[]
}
