import type { FastifyPluginCallback } from 'fastify'
import { uuidOf } from '../../model/ids.ts'
import type { ModelMigration, World } from '../../model/world.ts'
import { asked, type Face, requireAdmin } from '../face.ts'
import { pageOf } from '../paging.ts'
import { bareTime } from '../times.ts'
import { knowMigrationQuery } from './known-query.ts'

/** os-migrations, newest first. */
export const migrationRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  app.get('/os-migrations', request => {
    requireAdmin(request, 'os_compute_api:os-migrations:index')
    knowMigrationQuery(request)
    const [type, source, host, status, server] = [
      'migration_type',
      'source_compute',
      'host',
      'status',
      'instance_uuid'
    ].map(key => asked(request, key))
    const since = asked(request, 'changes-since')
    const sinceMs = since === undefined ? 0 : Date.parse(since)
    const list = world.migrations.filter(
      record =>
        (type === undefined || record.type === type) &&
        (source === undefined || record.source === source) &&
        (host === undefined || record.source === host || record.dest === host) &&
        (status === undefined || record.status === status) &&
        // Left out silently, as every list leaves out what is in a cell that can't be read.
        world.hosts.get(record.source)?.cellDown !== true &&
        (server === undefined || record.server === server) &&
        (record.updatedAtMs ?? record.createdAtMs) >= sinceMs
    )
    const { items, links } = pageOf(face, request, list.reverse(), uuidOfMigration)
    const migrations = items.map(record => migrationRow(world, record))
    return { migrations, ...(links.length === 0 ? {} : { migrations_links: links }) }
  })
  done()
}

const uuidOfMigration = (record: ModelMigration): string => uuidOf(`migration/${record.id}`)

function migrationRow(world: World, record: ModelMigration): object {
  const dest = record.dest === undefined ? undefined : world.hosts.get(record.dest)
  const hasArrived = record.status !== 'accepted' && record.status !== 'error'
  const server = world.servers.get(record.server)
  return {
    id: record.id,
    uuid: uuidOfMigration(record),
    status: record.status,
    migration_type: record.type,
    instance_uuid: record.server,
    source_compute: record.source,
    source_node: record.source,
    dest_compute: record.dest ?? null,
    dest_node: hasArrived ? (record.dest ?? null) : null,
    dest_host: hasArrived ? (dest?.address ?? null) : null,
    old_instance_type_id: record.type === 'evacuation' ? null : 1,
    new_instance_type_id: record.type === 'evacuation' ? null : 1,
    user_id: 'admin',
    project_id: server?.projectId ?? world.projectId,
    created_at: bareTime(record.createdAtMs),
    updated_at: record.updatedAtMs === undefined ? null : bareTime(record.updatedAtMs)
  }
}
