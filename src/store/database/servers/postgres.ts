import { Socket } from 'node:net'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import pg from 'pg'
import type { Clock } from '../../../clock.ts'
import type { Host, ServerAddress } from '../../../store-url.ts'
import type { Dialect } from '../dialect.ts'
import type { ErrorRules } from './connection.ts'
import { createDriver } from './driver.ts'
import { inspect } from './inspect.ts'
import { connectMs, idleInTransactionSeconds, lockWaitSeconds } from './limits.ts'
import { askPostgres } from './postgres-settings.ts'
import { inTime, OutOfReach, type Session } from './session.ts'

/** SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const duplicateKey = '23505'
/** Serialization, deadlock, a lock that did not come free. */
const retriable = ['40001', '40P01', '55P03']
/** Connection, login, resources (a full disk), operators (it stops), the system, internal errors; then: no such database, a standby, idle for too long. */
const unavailable = ['08', '28', '53', '57', '58', 'XX', '3D000', '25006', '25P03']
const full = '53100'
/** Any number that nobody else takes. */
const schemaLockKey = 5_717_004

const rules: ErrorRules = {
  isAnswer: error => stateOf(error) !== undefined,
  isUnavailable: error => unavailable.some(start => stateOf(error)?.startsWith(start) === true)
}

/** bigint and count(*) as numbers; ours are far from where a number is no longer exact. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)
}

/** PostgreSQL. `clock` replaces the server's, for tests. */
export function openPostgres(address: ServerAddress, clock: Clock | undefined): Dialect {
  const driver = createDriver(address.hosts, host => connect(address, host), rules)
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
    isFull: error => stateOf(error) === full,
    attemptsMax: 20,
    schemaLock: sql`select pg_advisory_xact_lock(${schemaLockKey})`,
    longText: 'text',
    tableSuffix: '',
    ifNewColumn: 'IF NOT EXISTS ',
    exclusive: false,
    inspect: () => inspect(address, host => connect(address, host), askPostgres),
    close() {}
  }
}

async function connect({ user, password, database }: ServerAddress, { host, port }: Host): Promise<Session> {
  // Our own socket: the library has no way to end a connection whose server is silent.
  const socket = new Socket()
  const client = new pg.Client({ ...{ host, port, user, password, database, types }, stream: () => socket })
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
