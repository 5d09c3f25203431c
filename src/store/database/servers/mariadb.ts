import { MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from 'kysely'
import { type Connection, createConnection, type QueryError, type ResultSetHeader } from 'mysql2'
import type { Clock } from '../../../clock.ts'
import type { Host, ServerAddress } from '../../../store-url.ts'
import type { Dialect } from '../dialect.ts'
import type { ErrorRules } from './connection.ts'
import { createDriver } from './driver.ts'
import { inspect } from './inspect.ts'
import { connectMs, idleInTransactionSeconds, lockWaitSeconds } from './limits.ts'
import { askMariadb } from './mariadb-settings.ts'
import { type Answer, inTime, OutOfReach, type Session } from './session.ts'

/** MariaDB's error numbers (https://mariadb.com/kb/en/mariadb-error-code-reference/). */
const duplicateKey = 1062
/** Lock wait, deadlock (Galera's conflict at the commit is one), a row that changed since it was read. All of them rolled back. */
const retriable = [1205, 1213, 1020]
/** The disk, or a table. */
const full = [1021, 1114]
/** Full, out of memory or connections, no login, no quorum (1047), stopping, read-only, killed, a commit that failed. */
const unavailable = [
  1021, 1030, 1037, 1038, 1040, 1041, 1044, 1045, 1047, 1049, 1053, 1114, 1129, 1130, 1180, 1203, 1226, 1290, 1317,
  1792, 1836, 1927, 1969, 4151
]

const rules: ErrorRules = {
  isAnswer: error => numberOf(error) !== undefined,
  isUnavailable(error) {
    const number = numberOf(error)
    return number !== undefined && (unavailable.includes(number) || stateOf(error)?.startsWith('08') === true)
  }
}

/** MariaDB, alone or as a Galera cluster. `clock` replaces the server's, for tests. */
export function openMariadb(address: ServerAddress, clock: Clock | undefined): Dialect {
  const driver = createDriver(address.hosts, host => connect(address, host), rules)
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
    isFull: error => full.includes(numberOf(error) ?? 0),
    attemptsMax: 20,
    longText: 'longtext',
    // Names that differ in case or accents are different names.
    tableSuffix: 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    ifNewColumn: 'IF NOT EXISTS ',
    exclusive: false,
    inspect: () => inspect(address, host => connect(address, host), askMariadb),
    close() {}
  }
}

async function connect({ user, password, database }: ServerAddress, { host, port }: Host): Promise<Session> {
  const connection = createConnection({
    ...{ host, port, user, password, database },
    charset: 'utf8mb4_bin',
    connectTimeout: connectMs
  })
  // Without a listener the loss of an idle connection would end the process.
  connection.on('error', () => undefined)
  const session = sessionOf(connection)
  try {
    await inTime(connectMs, 'no login', prepare(session), () => connection.destroy())
    return session
  } catch (error) {
    connection.destroy()
    throw error
  }
}

async function prepare(session: Session): Promise<void> {
  const { version, isReadOnly } = await serverOf(session)
  if (!version.includes('MariaDB')) throw new OutOfReach(`it is no MariaDB (version ${version})`)
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
