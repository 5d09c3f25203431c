import { reports, works } from './hosts.ts'
import { find, startGuest } from './oracle.ts'
import { fits, isSchedulable } from './placement.ts'
import type { ModelHost, ModelMigration, ModelServer, World } from './world.ts'
import { hostOf, serverOf } from './world.ts'

/** Nova took the request: from here on everything happens by itself, in virtual time. */
export function beginEvacuation(world: World, server: ModelServer, target: string): ModelMigration {
  const source = server.host as string
  const rivals = world.migrations.filter(record => record.server === server.id && isUnderWay(world, record))
  const record: ModelMigration = {
    id: world.migrations.length + 1,
    type: 'evacuation',
    server: server.id,
    source,
    dest: target,
    status: 'accepted',
    createdAtMs: world.clock.now()
  }
  world.migrations.push(record)
  server.taskState = 'rebuilding'
  if (rivals.length > 0) {
    // Two rebuilds of one server stop each other, and the server stays in REBUILD.
    find(world, `${server.id} was evacuated again while it was being evacuated`)
    for (const rival of [...rivals, record]) rival.stuck = true
    return record
  }
  world.clock.after(world.timing.conductorMs, () => schedule(world, record))
  return record
}

/** An evacuation that still can get somewhere: not at its end, not stuck, and its target works. */
export function isUnderWay(world: World, record: ModelMigration): boolean {
  if (record.type !== 'evacuation' || !['accepted', 'pre-migrating'].includes(record.status)) return false
  return record.stuck !== true && record.dest !== undefined && works(hostOf(world, record.dest))
}

function schedule(world: World, record: ModelMigration): void {
  const server = world.servers.get(record.server)
  if (server === undefined || record.stuck) return
  const target = hostOf(world, record.dest as string)
  // The scheduler knows only what Nova knows: a target that died a moment ago looks well.
  const chosen =
    isSchedulable(world, target) &&
    !target.forcedDown &&
    reports(world, target) &&
    fits(world, target, server.need) &&
    groupAllows(world, server, target.name)
  if (!chosen) {
    fail(world, record, 'error', 'No valid host was found.')
    return
  }
  deliver(target, () => claim(world, record))
}

/** A message waits in the target's queue until its nova-compute works again. */
function deliver(target: ModelHost, work: () => void): void {
  if (works(target)) work()
  else target.queue.push(work)
}

function claim(world: World, record: ModelMigration): void {
  const target = hostOf(world, record.dest as string)
  const startsMs = Math.max(world.clock.now(), target.claimFreeAtMs)
  target.claimFreeAtMs = startsMs + world.timing.claimMs
  const life = target.computeLife
  world.clock.after(target.claimFreeAtMs - world.clock.now(), () => {
    if (target.computeLife !== life || record.stuck) return
    const server = world.servers.get(record.server)
    if (server === undefined) {
      mark(world, record, 'failed')
      return
    }
    if (isOvertaken(world, record, server)) return
    mark(world, record, 'pre-migrating')
    server.taskState = 'rebuild_spawning'
    if (target.defined.has(server.id)) {
      fail(world, record, 'failed', `Instance ${server.id} already exists`)
      return
    }
    server.allocatedOn.add(target.name)
    world.clock.after(target.habits.spawnMs, () => spawn(world, record, life))
  })
}

/** An order that waited in the queue of a dead target may be met by another one that was given since. */
function isOvertaken(world: World, record: ModelMigration, server: ModelServer): boolean {
  const rivals = world.migrations.filter(
    other => other !== record && other.server === server.id && isUnderWay(world, other)
  )
  for (const one of rivals.length > 0 ? [...rivals, record] : []) one.stuck = true
  if (rivals.length > 0) return true
  if (server.host === record.source && server.taskState === 'rebuilding') return false
  // Nova expects the task `rebuilding`: it stops before the guest is made, and calls the server wrong, wherever it runs.
  mark(world, record, 'failed')
  server.vmState = 'error'
  server.fault = 'Unexpected task state: expecting [rebuilding]'
  return true
}

function spawn(world: World, record: ModelMigration, life: number): void {
  const target = hostOf(world, record.dest as string)
  const server = world.servers.get(record.server)
  if (target.computeLife !== life || record.stuck) return
  // It hangs: it goes on where it was as soon as it is woken.
  if (!works(target)) {
    target.queue.push(() => spawn(world, record, life))
    return
  }
  if (server === undefined) {
    mark(world, record, 'failed')
    return
  }
  if (target.habits.failSpawn > 0) {
    target.habits.failSpawn--
    fail(world, record, 'failed', 'the hypervisor failed')
    return
  }
  record.spawned = true
  startGuest(world, target, server.id)
  if (target.habits.failAfterSpawn > 0) {
    target.habits.failAfterSpawn--
    fail(world, record, 'failed', 'the database was gone')
    return
  }
  arrive(server, target)
  // The server reads ACTIVE while its host is still the source: whoever believes that has believed too early.
  world.clock.after(world.timing.settleMs, () => {
    if (target.computeLife === life) finish(world, record, server, target)
  })
}

function arrive(server: ModelServer, target: ModelHost): void {
  const stays = server.vmState === 'stopped'
  // A stopped server is spawned first and powered off afterwards.
  if (stays) target.running.delete(server.id)
  server.vmState = stays ? 'stopped' : 'active'
  server.powerState = stays ? 'shutdown' : 'running'
  server.taskState = undefined
  server.fault = undefined
}

function finish(world: World, record: ModelMigration, server: ModelServer, target: ModelHost): void {
  server.host = target.name
  server.boundTo = target.name
  mark(world, record, 'done')
}

/** The server is in error where it was; what was started at the target stays there, and Nova forgets it. */
function fail(world: World, record: ModelMigration, status: 'error' | 'failed', reason: string): void {
  const server = serverOf(world, record.server)
  mark(world, record, status)
  server.vmState = 'error'
  server.fault = reason
  server.taskState = undefined
  if (record.dest !== undefined) server.allocatedOn.delete(record.dest)
}

function mark(world: World, record: ModelMigration, status: string): void {
  record.status = status
  record.updatedAtMs = world.clock.now()
}

function groupAllows(world: World, server: ModelServer, target: string): boolean {
  for (const group of world.groups) {
    if (!group.members.includes(server.id)) continue
    const others = group.members.filter(id => id !== server.id && serverIsOn(world, id, target))
    if (group.policy === 'anti-affinity' && others.length >= group.maxPerHost) return false
    // A hard affinity group may only go where it already is, and that is the dead host.
    if (group.policy === 'affinity' && others.length === 0) return false
  }
  return true
}

function serverIsOn(world: World, id: string, host: string): boolean {
  const server = world.servers.get(id)
  if (server?.host === host) return true
  return world.migrations.some(record => record.server === id && record.dest === host && isUnderWay(world, record))
}
