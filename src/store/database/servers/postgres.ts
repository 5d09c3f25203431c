import { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import pg from 'pg'
import type { Clock } from '../../../clock.ts'
import type { Host, ServerAddress } from '../../../store-url.ts'
import type { Dialect } from '../dialect.ts'
import type { ErrorRules } from './connection.ts'
import { createDriver } from './driver.ts'
import { inspect, tryToWrite } from './inspection/inspect.ts'
import { askPostgres } from './inspection/postgres-settings.ts'
import { wrongKinds } from './inspection/wrong-kind.ts'
import { connectionsMax, connectMs, idleInTransactionSeconds, lockWaitSeconds, statementMs } from './limits.ts'
import { causeOf, encryptionOf, inTime, OutOfReach, type Session } from './session.ts'
import { type Tls, tlsOf } from './tls.ts'

/** SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const duplicateKey = '23505'
const noSuchTable = '42P01'
/** Serialization, deadlock, a lock that did not come free. */
const retriable = ['40001', '40P01', '55P03']
/** Connection, login, resources (a full disk), operators (it stops), the system, internal errors; then: no such database, a standby, idle for too long. */
const unavailable = ['08', '28', '53', '57', '58', 'XX', '3D000', '25006', '25P03']
const full = '53100'
/** Any number that nobody else takes. */
const schemaLockKey = 5_717_004

function rulesFor({ user, database }: ServerAddress): ErrorRules {
  const advice: Readonly<Record<string, string>> = {
    '28000':
      'let pg_hba.conf of the server admit this user from this machine; a line "hostssl" there wants ?tls=required in store.url',
    '28P01': 'correct user and password in store.url',
    '3D000': `CREATE DATABASE ${database} OWNER ${user}, or correct the name in store.url`,
    '42501': `ALTER DATABASE ${database} OWNER TO ${user}, or GRANT the user what is missing`,
    '53300': `raise max_connections: each replica takes up to ${connectionsMax}`,
    '57P03': 'it is starting or stopping: wait'
  }
  return {
    isAnswer: error => stateOf(error) !== undefined,
    isUnavailable: error => unavailable.some(start => stateOf(error)?.startsWith(start) === true),
    advice: error => advice[stateOf(error) ?? '']
  }
}

/** bigint and count(*) as numbers; ours are far from where a number is no longer exact. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)
}

/** PostgreSQL. `clock` replaces the server's, for tests. */
export function openPostgres(address: ServerAddress, clock: Clock | undefined): Dialect {
  const limits = { statementMs }
  const rules = rulesFor(address)
  const tls = tlsOf(address.tls)
  const tryRules = {
    ...rules,
    ...{ isNoTable: (error: unknown) => stateOf(error) === noSuchTable, rollsBackTables: true, tableSuffix: '' }
  }
  const connectTo = (host: Host): Promise<Session> => connect(address, host, tls)
  const driver = createDriver(address.hosts, connectTo, rules, limits)
  return {
    kysely: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: db => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler()
    },
    now: () =>
      clock === undefined
        ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
        : sql<number>`cast(${clock.now()} as bigint)`,
    isUniqueViolation: error => stateOf(error) === duplicateKey,
    isRetriable: error => retriable.includes(stateOf(error) ?? ''),
    isUnavailable: error => error instanceof OutOfReach || rules.isUnavailable(error),
    isFull: error => stateOf(causeOf(error)) === full,
    isNoTable: tryRules.isNoTable,
    attemptsMax: 20,
    // One replica at a time, however long it takes; for this transaction alone.
    schemaLock: sql`select set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true), pg_advisory_xact_lock(${schemaLockKey})`,
    longText: 'text',
    tableSuffix: '',
    ifNewColumn: 'IF NOT EXISTS ',
    exclusive: false,
    limits,
    shown: address.shown,
    wrongKind: () => wrongKinds(address),
    inspect: () => inspect(address, { connect: connectTo, ask: askPostgres, rules: tryRules }),
    tryToWrite: () => tryToWrite(address, { connect: connectTo, rules: tryRules }),
    close() {}
  }
}

async function connect(
  { user, password, database }: ServerAddress,
  { host, port }: Host,
  tls: Tls | undefined
): Promise<Session> {
  // Our own socket: the library has no way to end a connection whose server is silent.
  const socket = new Socket()
  const client = new pg.Client({
    ...{ host, port, user, password, database, types },
    ...(tls !== undefined && { ssl: sslOf(tls) }),
    stream: () => socket
  })
  // Without a listener the loss of an idle connection would end the process.
  client.on('error', () => undefined)
  const session = sessionOf(client, socket)
  try {
    await inTime(
      connectMs,
      'no login',
      client.connect().then(() => prepare(session)),
      () => socket.destroy()
    )
    return session
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function sslOf({ rejectUnauthorized, verifiesName, ca }: Tls): ConnectionOptions {
  return { rejectUnauthorized, ca, ...(!verifiesName && { checkServerIdentity: () => undefined }) }
}

async function prepare(session: Session): Promise<void> {
  const settings = {
    lock_timeout: `${lockWaitSeconds}s`,
    idle_in_transaction_session_timeout: `${idleInTransactionSeconds}s`,
    default_transaction_isolation: 'read committed'
  }
  for (const [name, value] of Object.entries(settings))
    await session.query('SELECT set_config($1, $2, false)', [name, value])
  const { rows } = await session.query('SELECT pg_is_in_recovery() AS "isStandby"', [])
  if ((rows as { isStandby: boolean }[])[0]?.isStandby === true) throw new OutOfReach('it is a standby')
}

function sessionOf(client: pg.Client, socket: Socket): Session {
  return {
    async query(text, values) {
      const { command, rows, rowCount } = await client.query(text, values.map(storable))
      // A transaction in which something failed is rolled back by its commit, without an error.
      if (text === 'commit' && command !== 'COMMIT') throw new Error('the transaction was rolled back by its commit')
      return { rows, ...(command !== 'SELECT' && rowCount !== null && { affected: rowCount }) }
    },
    // The library's socket once it is encrypted; not among its types.
    encryption: () => encryptionOf(Reflect.get(Reflect.get(client, 'connection') as object, 'stream')),
    onEnd(heard) {
      client.on('error', heard)
      client.on('end', heard)
    },
    end() {
      client.end().catch(() => undefined)
    },
    destroy() {
      socket.destroy()
    }
  }
}

/** PostgreSQL's text holds every character but this one. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\u{fffd}') : value
}

/** The SQLSTATE of an error that the server sent; undefined for every other. */
function stateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}
