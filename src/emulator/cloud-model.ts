import type { Alarms, Cloud, Fencing, Probe } from '../controller/ports/ports.ts'
import { createWorld } from './model/create-world.ts'
import { addLiveMigration } from './model/live-migrations.ts'
import type { WorldSpec } from './model/spec.ts'
import type { World } from './model/world.ts'
import type { ModelClock } from './model-clock.ts'
import { createModelCloud } from './ports/cloud.ts'
import { createModelAlarms, createModelFencing } from './ports/machines.ts'
import { createModelProbe } from './ports/probe.ts'

/** A small cloud in memory behind the ports; `world` is its truth, for events and for the oracle. */
export interface CloudModel {
  readonly world: World
  readonly cloud: Cloud
  readonly alarms: Alarms
  readonly fencing: Fencing
  readonly probe: Probe
}

export function createCloudModel(clock: ModelClock, spec: WorldSpec): CloudModel {
  const world = createWorld(clock, spec)
  for (const migration of spec.liveMigrations ?? []) addLiveMigration(world, migration)
  return {
    world,
    cloud: createModelCloud(world),
    alarms: createModelAlarms(world),
    fencing: createModelFencing(world),
    probe: createModelProbe(world)
  }
}
