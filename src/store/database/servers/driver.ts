import { CompiledQuery, type Driver } from 'kysely'
import { Pool, TimeoutError } from 'tarn'
import { type Host, nameOf } from '../../../store-url.ts'
import type { Limits } from '../dialect.ts'
import { sayFailure } from './advice.ts'
import { Connection, type ErrorRules } from './connection.ts'
import { acquireMs, connectionsMax, idleMs } from './limits.ts'
import { OutOfReach, type Session } from './session.ts'

/** Opens a session on one host that is ready for writing. Throws the client library's error, or OutOfReach. */
export type Connect = (host: Host) => Promise<Session>

/** kysely's way to a database server: a bounded pool of connections to the first host that serves. */
export function createDriver(hosts: readonly Host[], connect: Connect, rules: ErrorRules, limits: Limits): Driver {
  // A machine that was cut off refuses nothing: what was opened before it fell silent would cost its time limit one by one.
  let trusted = new WeakSet<Connection>()
  const distrustAll = () => {
    trusted = new WeakSet()
  }
  const pool = new Pool<Connection>({
    async create() {
      const { session, name } = await connectFirst(hosts, connect, rules)
      const connection = new Connection({ session, name, rules, limits, onSilence: distrustAll })
      trusted.add(connection)
      return connection
    },
    validate: connection => connection.isUsable && trusted.has(connection),
    destroy: connection => {
      if (trusted.has(connection)) connection.end()
      else connection.destroy()
    },
    min: 0,
    max: connectionsMax,
    acquireTimeoutMillis: acquireMs,
    idleTimeoutMillis: idleMs,
    propagateCreateError: true
  })
  return {
    async init() {},
    async acquireConnection() {
      try {
        return await pool.acquire().promise
      } catch (error) {
        throw error instanceof TimeoutError ? new OutOfReach('no connection to the database came free in time') : error
      }
    },
    async beginTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw('begin'))
    },
    async commitTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw('commit'))
    },
    async rollbackTransaction(connection) {
      // A lost connection has rolled back by itself, and what went wrong before is what is to be told.
      await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => (connection as Connection).destroy())
    },
    async releaseConnection(connection) {
      pool.release(connection as Connection)
    },
    async destroy() {
      await pool.destroy()
    }
  }
}

/** One that can't be reached or doesn't serve (a standby, a Galera node without a quorum) is passed over. */
async function connectFirst(
  hosts: readonly Host[],
  connect: Connect,
  rules: ErrorRules
): Promise<{ session: Session; name: string }> {
  const refusals: string[] = []
  let last: unknown
  for (const host of hosts) {
    const name = nameOf(host)
    try {
      return { session: await connect(host), name }
    } catch (error) {
      refusals.push(`${name}: ${sayFailure(error, rules.advice(error))}`)
      last = error
    }
  }
  throw new OutOfReach(refusals.join('; '), { cause: last })
}
