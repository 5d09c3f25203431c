import type { Writable } from '../../dialect.ts'
import { migrations } from '../../schema.ts'
import type { Tables } from '../../tables.ts'
import { sayFailure } from '../advice.ts'
import type { ErrorRules } from '../connection.ts'
import type { Session } from '../session.ts'

/** How a database makes a table for a try: where that can't be rolled back it is dropped again. */
export interface TryRules extends Pick<ErrorRules, 'advice'> {
  isNoTable(error: unknown): boolean
  readonly rollsBackTables: boolean
  readonly tableSuffix: string
}

/** A column of each table, to be set to what it is. */
const columns = {
  meta: 'v',
  recoveries: 'state',
  signals: 'outcome',
  steps: 'state',
  events: 'text',
  commands: 'reason',
  targets: 'state',
  slots: 'holder',
  duties: 'owner',
  outbox: 'type',
  arming: 'actor',
  sightings: 'what',
  disbeliefs: 'heard_by'
} as const satisfies { [T in keyof Tables]: keyof Tables[T] }

const probe = 'switchover_check'

/** Tries all that the store will do, in transactions that are rolled back, and with a table that is gone again afterwards. */
export async function tryWriting(session: Session, rules: TryRules): Promise<Writable> {
  try {
    const version = await versionOf(session, rules)
    if (version !== undefined) await tryTables(session, rules)
    if (version === undefined || version < migrations.length) await tryMaking(session, rules)
    const newer = version !== undefined && version > migrations.length
    if (newer) return { ok: false, sentence: `its schema (version ${version}) is that of a newer program` }
    return { ok: true, sentence: version === undefined ? 'its tables can be made' : 'its tables can be written' }
  } catch (error) {
    return { ok: false, sentence: `it can't be written: ${sayFailure(error, rules.advice(error))}` }
  }
}

async function versionOf(session: Session, rules: TryRules): Promise<number | undefined> {
  try {
    const { rows } = await session.query("SELECT v FROM meta WHERE k = 'schema'", [])
    return Number((rows[0] as { v: string } | undefined)?.v ?? 0)
  } catch (error) {
    if (rules.isNoTable(error)) return undefined
    throw error
  }
}

async function tryTables(session: Session, rules: TryRules): Promise<void> {
  for (const [table, column] of Object.entries(columns)) {
    const statements = [
      `INSERT INTO ${table} SELECT * FROM ${table} WHERE 1 = 0`,
      `UPDATE ${table} SET ${column} = ${column} WHERE 1 = 0`,
      `DELETE FROM ${table} WHERE 1 = 0`
    ]
    try {
      for (const statement of statements) await session.query(statement, [])
    } catch (error) {
      // The next start makes it.
      if (!rules.isNoTable(error)) throw error
    }
  }
  await undone(session, [`INSERT INTO meta (k, v) VALUES ('${probe}', '')`])
}

async function tryMaking(session: Session, { rollsBackTables, tableSuffix }: TryRules): Promise<void> {
  const making = [
    `CREATE TABLE ${probe} (id varchar(64) NOT NULL PRIMARY KEY, other varchar(64), FOREIGN KEY (other) REFERENCES ${probe} (id)) ${tableSuffix}`,
    `CREATE INDEX ${probe}_other ON ${probe} (other)`,
    `ALTER TABLE ${probe} ADD COLUMN more varchar(64)`
  ]
  const writing = [`INSERT INTO ${probe} (id) VALUES ('1')`, `UPDATE ${probe} SET more = '2'`, `DELETE FROM ${probe}`]
  if (rollsBackTables) return await undone(session, [...making, ...writing])
  // First of all the right to remove it again.
  const dropping = `DROP TABLE IF EXISTS ${probe}`
  await session.query(dropping, [])
  try {
    for (const statement of making) await session.query(statement, [])
    await undone(session, writing)
  } finally {
    await session.query(dropping, [])
  }
}

async function undone(session: Session, statements: readonly string[]): Promise<void> {
  await session.query('begin', [])
  try {
    for (const statement of statements) await session.query(statement, [])
  } finally {
    await session.query('rollback', [])
  }
}
