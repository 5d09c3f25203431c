import type { Amounts, Room } from '../../core/inventory.ts'
import type { ModelHost, ModelServer, World } from './world.ts'

/** Placement shows the host without COMPUTE_STATUS_DISABLED: a while after it was enabled. */
export function isSchedulable(world: World, host: ModelHost): boolean {
  return host.enabled && world.clock.now() >= host.refusedUntilMs
}

export function roomOf(world: World, host: ModelHost): Room {
  return {
    host: host.name,
    schedulable: isSchedulable(world, host),
    free: freeOn(world, host),
    maxUnit: host.capacity,
    traits: isSchedulable(world, host) ? [] : ['COMPUTE_STATUS_DISABLED']
  }
}

export function fits(world: World, host: ModelHost, need: Amounts): boolean {
  const free = freeOn(world, host)
  return Object.entries(need).every(([name, amount]) => (free[name] ?? 0) >= amount)
}

/** What is allocated is not more than there is. */
export function hasRoom(world: World, host: ModelHost): boolean {
  return Object.values(freeOn(world, host)).every(amount => amount >= 0)
}

export function allocate(server: ModelServer, host: ModelHost): void {
  server.allocatedOn.add(host.name)
  host.held.add(server.id)
}

export function release(server: ModelServer, host: ModelHost): void {
  server.allocatedOn.delete(host.name)
  host.held.delete(server.id)
}

/** Servers with an allocation on the host, wherever they are; on the old host of a resize that waits it is the migration's. */
export function heldOn(world: World, host: ModelHost): ModelServer[] {
  return [...host.held].flatMap(id => world.servers.get(id) ?? [])
}

function freeOn(world: World, host: ModelHost): Record<string, number> {
  const free: Record<string, number> = { ...host.capacity }
  for (const { need } of heldOn(world, host)) {
    for (const [name, amount] of Object.entries(need)) free[name] = (free[name] ?? 0) - amount
  }
  return free
}
