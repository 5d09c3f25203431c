import { works } from './hosts.ts'
import { startGuest } from './oracle.ts'
import { Refusal } from './refusal.ts'
import { choose } from './scheduler.ts'
import { note, serverWithId } from './server-requests.ts'
import type { ModelServer, World } from './world.ts'
import { hostOf } from './world.ts'

/** A server without a host: its guest and its allocation are gone. */
export function shelve(world: World, id: string, requestId?: string): void {
  const server = inState(world, id, 'shelve', ['active', 'stopped', 'paused', 'suspended'])
  note(world, server, 'shelve', requestId)
  leave(world, server, server.host as string)
  Object.assign(server, { vmState: 'shelved_offloaded', powerState: 'shutdown', host: undefined, boundTo: undefined })
}

/** It goes to another host at once, and keeps the old one until somebody confirms. */
export function resize(world: World, id: string, requestId?: string): void {
  const server = inState(world, id, 'resize', ['active', 'stopped'])
  const source = hostOf(world, server.host as string)
  const chosen = choose(world, server, source.name)
  if (chosen === undefined) throw new Refusal(400, 'No valid host was found. No valid host found for resize')
  note(world, server, 'resize', requestId)
  // It is the source that hands the server over: while it is away nothing goes on.
  if (!works(source)) {
    server.taskState = 'resize_prep'
    return
  }
  source.running.delete(id)
  world.migrations.push({
    id: world.migrations.length + 1,
    type: 'resize',
    server: id,
    source: source.name,
    dest: chosen,
    status: 'finished',
    createdAtMs: world.clock.now()
  })
  if (server.vmState === 'active') startGuest(world, hostOf(world, chosen), id)
  else hostOf(world, chosen).defined.add(id)
  server.allocatedOn.add(chosen)
  Object.assign(server, { host: chosen, boundTo: chosen, vmState: 'resized' })
}

export function confirmResize(world: World, id: string, requestId?: string): void {
  const server = inState(world, id, 'confirmResize', ['resized'])
  note(world, server, 'confirmResize', requestId)
  const record = world.migrations.findLast(each => each.server === id && each.type === 'resize')
  if (record !== undefined) {
    record.status = 'confirmed'
    leave(world, server, record.source)
  }
  server.vmState = server.powerState === 'running' ? 'active' : 'stopped'
}

function leave(world: World, server: ModelServer, name: string): void {
  const host = hostOf(world, name)
  host.running.delete(server.id)
  host.defined.delete(server.id)
  server.allocatedOn.delete(name)
}

function inState(world: World, id: string, action: string, states: readonly string[]): ModelServer {
  const server = serverWithId(world, id)
  const refuse = (what: string, state: string) => {
    throw new Refusal(409, `Cannot '${action}' instance ${id} while it is in ${what} ${state}`)
  }
  if (!states.includes(server.vmState) || server.host === undefined) refuse('vm_state', server.vmState)
  if (server.taskState !== undefined) refuse('task_state', server.taskState)
  return server
}
