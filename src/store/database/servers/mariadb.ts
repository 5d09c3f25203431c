import { isIP } from 'node:net'
import { checkServerIdentity, TLSSocket } from 'node:tls'
import { MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from 'kysely'
import { type Connection, createConnection, type QueryError, type ResultSetHeader, type SslOptions } from 'mysql2'
import type { Clock } from '../../../clock.ts'
import type { Host, ServerAddress } from '../../../store-url.ts'
import type { Dialect } from '../dialect.ts'
import type { ErrorRules } from './connection.ts'
import { createDriver } from './driver.ts'
import { inspect, tryToWrite } from './inspection/inspect.ts'
import { askMariadb } from './inspection/mariadb-settings.ts'
import { wrongKinds } from './inspection/wrong-kind.ts'
import { connectionsMax, connectMs, idleInTransactionSeconds, lockWaitSeconds, statementMs } from './limits.ts'
import { type Answer, causeOf, encryptionOf, inTime, OutOfReach, type Session } from './session.ts'
import { type Tls, tlsOf } from './tls.ts'

/** MariaDB's error numbers (https://mariadb.com/kb/en/mariadb-error-code-reference/). */
const duplicateKey = 1062
const noSuchTable = 1146
/** Lock wait, deadlock (Galera's conflict at the commit is one), a row that changed since it was read. All of them rolled back. */
const retriable = [1205, 1213, 1020]
/** The disk, or a table. */
const full = [1021, 1114]
/** Full, out of memory or connections, no login, no quorum (1047), stopping, read-only, killed, a commit that failed. */
const unavailable = [
  1021, 1030, 1037, 1038, 1040, 1041, 1044, 1045, 1047, 1049, 1053, 1114, 1129, 1130, 1180, 1203, 1226, 1290, 1317,
  1792, 1836, 1927, 1969, 4151
]

/** Names that differ in case or accents are different names. */
const tableSuffix = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'

function rulesFor({ user, database }: ServerAddress): ErrorRules {
  const grant = `GRANT ALL ON ${database}.* TO '${user}'@'%'`
  const connections = `raise max_connections: each replica takes up to ${connectionsMax}`
  const advice: Readonly<Record<number, string>> = {
    1040: connections,
    1044: grant,
    1045: `correct user and password in store.url; an anonymous user (''@'localhost') comes before '${user}'@'%', and a user may be made with REQUIRE SSL (?tls=required)`,
    1047: 'this node has no quorum: more than half of the nodes of the cluster must reach each other',
    1049: `CREATE DATABASE ${database}, and ${grant}; or correct the name in store.url`,
    1130: `no user may log in from this machine: make '${user}'@'%', or one for its address`,
    1142: grant,
    1203: connections,
    1226: connections,
    3159: 'the server wants encryption: add ?tls=required to store.url'
  }
  return {
    isAnswer: error => numberOf(error) !== undefined,
    isUnavailable(error) {
      const number = numberOf(error)
      return number !== undefined && (unavailable.includes(number) || stateOf(error)?.startsWith('08') === true)
    },
    advice: error => advice[numberOf(error) ?? 0]
  }
}

/** MariaDB, alone or as a Galera cluster. `clock` replaces the server's, for tests. */
export function openMariadb(address: ServerAddress, clock: Clock | undefined): Dialect {
  const limits = { statementMs }
  const rules = rulesFor(address)
  const tls = tlsOf(address.tls)
  const tryRules = {
    ...rules,
    isNoTable: (error: unknown) => numberOf(error) === noSuchTable,
    rollsBackTables: false,
    tableSuffix
  }
  const connectTo = (host: Host): Promise<Session> => connect(address, host, tls)
  const driver = createDriver(address.hosts, connectTo, rules, limits)
  return {
    kysely: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => driver,
      createIntrospector: db => new MysqlIntrospector(db),
      createQueryCompiler: () => new MysqlQueryCompiler()
    },
    now: () =>
      clock === undefined ? sql<number>`cast(unix_timestamp(now(3)) * 1000 as signed)` : sql<number>`${clock.now()}`,
    isUniqueViolation: error => numberOf(error) === duplicateKey,
    isRetriable: error => retriable.includes(numberOf(error) ?? 0),
    isUnavailable: error => error instanceof OutOfReach || rules.isUnavailable(error),
    isFull: error => full.includes(numberOf(causeOf(error)) ?? 0),
    isNoTable: tryRules.isNoTable,
    attemptsMax: 20,
    longText: 'longtext',
    tableSuffix,
    ifNewColumn: 'IF NOT EXISTS ',
    exclusive: false,
    limits,
    shown: address.shown,
    wrongKind: () => wrongKinds(address),
    inspect: () => inspect(address, { connect: connectTo, ask: askMariadb, rules: tryRules }),
    tryToWrite: () => tryToWrite(address, { connect: connectTo, rules: tryRules }),
    close() {}
  }
}

async function connect(
  { user, password, database }: ServerAddress,
  { host, port }: Host,
  tls: Tls | undefined
): Promise<Session> {
  const connection = createConnection({
    ...{ host, port, user, password, database },
    charset: 'utf8mb4_bin',
    connectTimeout: connectMs,
    ...(tls !== undefined && { ssl: sslOf(tls, host) })
  })
  // Without a listener the loss of an idle connection would end the process.
  connection.on('error', () => undefined)
  const session = sessionOf(connection)
  try {
    await inTime(connectMs, 'no login', prepare(session), () => connection.destroy())
    if (tls?.verifiesName === true) verifyName(connection, host)
    return session
  } catch (error) {
    connection.destroy()
    throw error
  }
}

/** The library looks at the name of a host that has one, and takes every host without for `localhost`. */
function sslOf({ rejectUnauthorized, verifiesName, ca }: Tls, host: string): SslOptions {
  return { rejectUnauthorized, verifyIdentity: verifiesName && isIP(host) === 0, ca }
}

function verifyName(connection: Connection, host: string): void {
  const socket = socketOf(connection)
  const objection = socket instanceof TLSSocket ? checkServerIdentity(host, socket.getPeerCertificate()) : undefined
  if (objection !== undefined) throw objection
}

function socketOf(connection: Connection): unknown {
  return Reflect.get(connection, 'stream')
}

async function prepare(session: Session): Promise<void> {
  const { version, isReadOnly } = await serverOf(session)
  if (!version.includes('MariaDB'))
    throw new OutOfReach(`it is no MariaDB (version ${version}), and no other is supported: name one in store.url`)
  if (isReadOnly === 1) throw new OutOfReach('it is read-only')
  const settings = [
    // What does not fit is refused, not cut; a backslash is one to the server as it is to the client library.
    "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    // In other zones an hour comes twice each autumn.
    "time_zone = '+00:00'",
    `innodb_lock_wait_timeout = ${lockWaitSeconds}`,
    `idle_transaction_timeout = ${idleInTransactionSeconds}`,
    // What one node has acknowledged is seen on every other.
    'wsrep_sync_wait = 1'
  ]
  await session.query(`SET SESSION ${settings.join(', ')}`, [])
  // A count must see what was committed while the transaction waited for the row that makes them come one after the other.
  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', [])
}

/** A Galera node without a quorum fails here, and is passed over. */
async function serverOf(session: Session): Promise<{ version: string; isReadOnly: number }> {
  const { rows } = await session.query('SELECT version() AS version, @@global.read_only AS isReadOnly', [])
  return rows[0] as { version: string; isReadOnly: number }
}

function sessionOf(connection: Connection): Session {
  return {
    query: (text, values) =>
      new Promise<Answer>((resolve, reject) => {
        connection.query(text, [...values], (error: QueryError | null, result: unknown) => {
          if (error !== null) reject(error)
          else if (Array.isArray(result)) resolve({ rows: result })
          else resolve({ rows: [], affected: (result as ResultSetHeader).affectedRows })
        })
      }),
    encryption: () => encryptionOf(socketOf(connection)),
    onEnd(heard) {
      connection.on('error', heard)
      connection.on('end', heard)
    },
    end() {
      connection.end(() => undefined)
    },
    destroy() {
      connection.destroy()
    }
  }
}

/** The number of an error that the server sent; undefined for every other. */
function numberOf(error: unknown): number | undefined {
  if (stateOf(error) === undefined || !Error.isError(error) || !('errno' in error)) return undefined
  return typeof error.errno === 'number' ? error.errno : undefined
}

function stateOf(error: unknown): string | undefined {
  return Error.isError(error) && 'sqlState' in error && typeof error.sqlState === 'string' ? error.sqlState : undefined
}
