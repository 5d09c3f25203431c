import { reports } from './hosts.ts'
import { startGuest } from './oracle.ts'
import { allocate, release } from './placement.ts'
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

export interface Relocation {
  /** undefined: the scheduler chooses. */
  readonly host?: string | undefined
  readonly type?: 'resize' | 'migration'
  readonly requestId?: string
}

/** It goes to another host at once, and keeps the old one until somebody confirms. */
export function resize(world: World, id: string, { host, type = 'resize', requestId }: Relocation = {}): void {
  const action = type === 'resize' ? 'resize' : 'migrate'
  const server = inState(world, id, action, ['active', 'stopped'])
  const source = hostOf(world, server.host as string)
  if (host !== undefined && !world.hosts.has(host)) throw new Refusal(400, `Compute host ${host} could not be found.`)
  const chosen = host ?? choose(world, server, source.name)
  if (chosen === undefined) throw new Refusal(400, `No valid host was found. No valid host found for ${action}`)
  note(world, server, action, requestId)
  source.running.delete(id)
  world.migrations.push({
    id: world.migrations.length + 1,
    type,
    server: id,
    source: source.name,
    dest: chosen,
    status: 'finished',
    createdAtMs: world.clock.now()
  })
  if (server.vmState === 'active') startGuest(world, hostOf(world, chosen), id)
  else hostOf(world, chosen).defined.add(id)
  // What it holds on its old host is the migration's from now on.
  server.allocatedOn.delete(source.name)
  allocate(server, hostOf(world, chosen))
  Object.assign(server, { host: chosen, boundTo: chosen, vmState: 'resized' })
}

export function confirmResize(world: World, id: string, requestId?: string): void {
  const server = inState(world, id, 'confirmResize', ['resized'])
  note(world, server, 'confirmResize', requestId)
  const record = world.migrations.findLast(each => each.server === id && ['resize', 'migration'].includes(each.type))
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
  release(server, host)
}

/** Nova's API calls the host for these, so it must be up. */
const needTheHost = ['resize', 'migrate']

function inState(world: World, id: string, action: string, states: readonly string[]): ModelServer {
  const server = serverWithId(world, id)
  const refuse = (what: string, state: string): Refusal =>
    new Refusal(409, `Cannot '${action}' instance ${id} while it is in ${what} ${state}`)
  if (!states.includes(server.vmState) || server.host === undefined) throw refuse('vm_state', server.vmState)
  if (server.taskState !== undefined) throw refuse('task_state', server.taskState)
  const host = hostOf(world, server.host)
  if (needTheHost.includes(action) && (host.forcedDown || !reports(world, host))) {
    throw new Refusal(409, 'Service is unavailable at this time.')
  }
  return server
}
