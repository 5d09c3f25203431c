import type { Alarms, Cloud, Fencing, Probe } from '../../src/controller/ports.ts'
import { createModelCloud } from './model/cloud-port.ts'
import { createWorld } from './model/create-world.ts'
import { addLiveMigration } from './model/live-migrations.ts'
import { createModelAlarms, createModelFencing, createModelProbe } from './model/machines.ts'
import type { WorldSpec } from './model/spec.ts'
import type { World } from './model/world.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** A small cloud in memory behind the ports; `world` is its truth, for events and for the oracle. */
export interface CloudModel {
  readonly world: World
  readonly cloud: Cloud
  readonly alarms: Alarms
  readonly fencing: Fencing
  readonly probe: Probe
}

export function createCloudModel(clock: VirtualClock, spec: WorldSpec): CloudModel {
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
