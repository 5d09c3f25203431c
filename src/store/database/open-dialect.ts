import { type Clock, systemClock } from '../../clock.ts'
import { ConfigError } from '../../errors.ts'
import { addressOf, addressShapes, pathOfStore } from '../../store-url.ts'
import type { Dialect, Inspection, Writable } from './dialect.ts'
import { openSqlite } from './sqlite.ts'

/** The database of `url`. A server is not spoken to yet, and its client library is loaded only if there is one. Throws ConfigError. */
export async function openDialect(url: string, clock: Clock | undefined): Promise<Dialect> {
  const path = pathOfStore(url)
  if (path !== undefined) return openSqlite(path, clock ?? systemClock)
  const address = addressOf(url)
  if (address === undefined) {
    throw new ConfigError('store.url', [`must be like file:switchover.db or ${addressShapes}`])
  }
  if (address.kind === 'mysql') return (await import('./servers/mariadb.ts')).openMariadb(address, clock)
  return (await import('./servers/postgres.ts')).openPostgres(address, clock)
}

/** Looks at the servers of a `mysql:` or `postgres:` URL, tries to write, and leaves nothing behind. Throws ConfigError. */
export async function inspectServers(url: string): Promise<Inspection & { writable?: Writable | undefined }> {
  const dialect = await openDialect(url, undefined)
  if (dialect.inspect === undefined) throw new ConfigError('store.url', ['it names no database server'])
  return { ...(await dialect.inspect()), writable: await dialect.tryToWrite?.() }
}
