import { uuidOf } from './ids.ts'
import { noteDeed } from './oracle.ts'
import { Refusal } from './refusal.ts'
import type { World } from './world.ts'

export type ModelAggregate = World['aggregates'][number]

export function aggregateWithId(world: World, id: number): ModelAggregate {
  const aggregate = world.aggregates.find(candidate => candidate.id === id)
  if (aggregate === undefined) throw new Refusal(404, `Aggregate ${id} could not be found.`)
  return aggregate
}

/** As Placement calls it too. */
export function aggregateUuid(id: number): string {
  return uuidOf(`aggregate/${id}`)
}

export function addAggregate(world: World, name: string, zone: string | undefined): ModelAggregate {
  if (world.aggregates.some(aggregate => aggregate.name === name)) {
    throw new Refusal(409, `Aggregate ${name} already exists.`)
  }
  const id = Math.max(0, ...world.aggregates.map(aggregate => aggregate.id)) + 1
  const made: ModelAggregate = { id, name, hosts: [], ...(zone === undefined ? {} : { zone }) }
  world.aggregates.push(made)
  return made
}

export function addToAggregate(world: World, id: number, host: string): ModelAggregate {
  const aggregate = aggregateWithId(world, id)
  if (!world.hosts.has(host)) throw new Refusal(404, `Compute host ${host} could not be found.`)
  if (aggregate.hosts.includes(host)) throw new Refusal(409, `Aggregate ${id} already has host ${host}.`)
  const elsewhere = zoneOf(world, host)
  if (aggregate.zone !== undefined && elsewhere !== undefined && elsewhere !== aggregate.zone) {
    throw new Refusal(
      409,
      `Cannot add host to aggregate ${id}. Reason: One or more hosts already in availability zone(s) ['${elsewhere}'].`
    )
  }
  aggregate.hosts = [...aggregate.hosts, host]
  noteDeed(world, { kind: 'aggregate', on: host, to: aggregate.name })
  return aggregate
}

export function removeFromAggregate(world: World, id: number, host: string): ModelAggregate {
  const aggregate = aggregateWithId(world, id)
  if (!aggregate.hosts.includes(host)) {
    throw new Refusal(404, `Cannot remove host ${host} in aggregate ${id}`)
  }
  aggregate.hosts = aggregate.hosts.filter(name => name !== host)
  return aggregate
}

/** `null` takes a key away. */
export function setAggregateMetadata(
  world: World,
  id: number,
  change: Readonly<Record<string, string | null>>
): ModelAggregate {
  const aggregate = aggregateWithId(world, id)
  const { availability_zone: zone, ...rest } = change
  if (zone === null) delete aggregate.zone
  else if (zone !== undefined) aggregate.zone = zone
  const merged = Object.entries({ ...aggregate.metadata, ...rest })
  aggregate.metadata = Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null))
  return aggregate
}

/** The availability zone that an aggregate gives the host. */
export function zoneOf(world: World, host: string): string | undefined {
  return world.aggregates.find(({ zone, hosts }) => zone !== undefined && hosts.includes(host))?.zone
}
