import type { Migration } from '../../core/inventory.ts'
import { CloudError } from '../../errors.ts'
import { timeOf } from '../access/times.ts'
import { listOf } from '../service.ts'
import { type NovaClient, pins } from './client.ts'
import { hasNext } from './servers.ts'

interface MigrationRow {
  readonly id: number
  readonly uuid: string
  readonly status: string
  readonly migration_type: Migration['type']
  readonly instance_uuid: string
  readonly source_compute: string | null
  readonly dest_compute: string | null
  readonly created_at: string
  readonly updated_at: string | null
}

const pageSize = 1000

/** Records of moves away from `host`, newest first. Throws CloudError `refused` when Nova does not show their hosts. */
export async function readMigrationsFrom(nova: NovaClient, host: string, signal?: AbortSignal): Promise<Migration[]> {
  const rows = new Map<number, MigrationRow>()
  let marker: string | undefined
  for (;;) {
    const query = { source_compute: host, limit: pageSize, ...(marker === undefined ? {} : { marker }) }
    const { body } = await nova.get<Record<string, unknown>>(pins.migrations, '/os-migrations', { query, signal })
    const page = listOf<MigrationRow>('Nova', body, 'migrations')
    for (const row of page) rows.set(row.id, row)
    marker = page.at(-1)?.uuid
    if (marker === undefined || !hasNext(body.migrations_links)) break
  }
  return [...rows.values()].map(row => migrationOf(row, host)).sort(newestFirst)
}

function migrationOf(row: MigrationRow, host: string): Migration {
  if (row.source_compute !== host) {
    const message = `Nova was asked for moves away from ${host} and named one of ${row.source_compute ?? 'no visible host'}`
    throw new CloudError('refused', `${message}; these credentials are no admin's`)
  }
  const updatedAtMs = timeOf(row.updated_at)
  return {
    id: row.id,
    type: row.migration_type,
    server: row.instance_uuid,
    source: row.source_compute,
    ...(row.dest_compute ? { dest: row.dest_compute } : {}),
    status: row.status,
    createdAtMs: timeOf(row.created_at) ?? 0,
    ...(updatedAtMs === undefined ? {} : { updatedAtMs })
  }
}

function newestFirst(a: Migration, b: Migration): number {
  return b.createdAtMs - a.createdAtMs || b.id - a.id
}
