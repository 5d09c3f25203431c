import type { Session } from '../session.ts'
import type { NodeAnswer } from './inspect.ts'

/** What an acknowledged commit rests on: https://www.postgresql.org/docs/current/runtime-config-wal.html */
const mustBeOn = ['fsync', 'full_page_writes', 'synchronous_commit']

/** A PostgreSQL server's answer about itself. */
export async function askPostgres(session: Session): Promise<NodeAnswer> {
  const { rows: settings } = await session.query('SELECT name, setting FROM pg_settings WHERE name = ANY($1)', [
    [...mustBeOn, 'server_version']
  ])
  const { rows } = await session.query('SELECT extract(epoch from clock_timestamp()) * 1000 AS "nowMs"', [])
  const values = new Map((settings as readonly { name: string; setting: string }[]).map(row => [row.name, row.setting]))
  return {
    version: `PostgreSQL ${values.get('server_version') ?? '?'}`,
    nowMs: Number((rows[0] as { nowMs: string }).nowMs),
    concerns: mustBeOn
      .filter(name => values.get(name) === 'off' || values.get(name) === 'local')
      .map(name => `${name} is ${values.get(name)}: what was acknowledged may be lost when it dies`)
  }
}
