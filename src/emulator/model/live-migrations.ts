import type { LiveMigrationSpec } from './spec.ts'
import type { World } from './world.ts'
import { hostOf, serverOf } from './world.ts'

/** A live migration that was on its way when the source died: the hypervisor switches over before Nova knows. */
export function addLiveMigration(world: World, spec: LiveMigrationSpec): void {
  const server = serverOf(world, spec.server)
  const source = hostOf(world, server.host as string)
  server.taskState = 'migrating'
  world.migrations.push({
    id: world.migrations.length + 1,
    type: 'live-migration',
    server: server.id,
    source: source.name,
    dest: spec.to,
    status: spec.status,
    createdAtMs: world.clock.now() - 30_000
  })
  if (spec.arrived !== true) return
  source.running.delete(server.id)
  const there = hostOf(world, spec.to)
  there.defined.add(server.id)
  there.running.add(server.id)
}
