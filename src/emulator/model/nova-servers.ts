import { addServer } from './create-world.ts'
import { reports, works } from './hosts.ts'
import { noteDeed, startGuest } from './oracle.ts'
import { fits, isSchedulable } from './placement.ts'
import { Refusal } from './refusal.ts'
import type { ServerSpec } from './spec.ts'
import type { ModelHost, ModelServer, World } from './world.ts'
import { hostOf } from './world.ts'

export function serverWithId(world: World, id: string): ModelServer {
  const server = world.servers.get(id)
  if (server === undefined) throw new Refusal(404, `Instance ${id} could not be found.`)
  return server
}

/** Nova takes it at once; its guest runs a while later. */
export function createServer(world: World, host: string | undefined, spec: ServerSpec, groupId?: string): ModelServer {
  const there = host === undefined ? pickHost(world, spec) : world.hosts.get(host)
  if (there === undefined) throw new Refusal(400, `Compute host ${host} could not be found.`)
  const group = world.groups.find(each => each.id === groupId)
  if (groupId !== undefined && group === undefined)
    throw new Refusal(400, `Instance group ${groupId} could not be found.`)
  const server = addServer(world, there.name, {
    ...spec,
    vmState: 'building',
    taskState: 'spawning',
    powerState: 'none',
    launched: false
  })
  if (group !== undefined) group.members = [...group.members, server.id]
  deliver(there, () =>
    world.clock.after(there.habits.spawnMs, () => {
      if (server.vmState !== 'building' || !world.servers.has(server.id)) return
      startGuest(world, there, server.id)
      Object.assign(server, { vmState: 'active', taskState: undefined, powerState: 'running', launched: true })
    })
  )
  return server
}

function pickHost(world: World, spec: ServerSpec): ModelHost | undefined {
  return [...world.hosts.values()].find(
    host => isSchedulable(world, host) && reports(world, host) && !host.forcedDown && fits(world, host, spec.need ?? {})
  )
}

export function deleteServer(world: World, id: string): void {
  const server = serverWithId(world, id)
  world.servers.delete(id)
  for (const host of world.hosts.values()) {
    // What runs on a dead host is found when that host returns.
    if (host.name !== server.host || !works(host)) continue
    host.running.delete(id)
    host.defined.delete(id)
  }
}

/** `os-resetState`: it clears the task as well. */
export function resetState(world: World, id: string, state: 'error' | 'active'): void {
  const server = serverWithId(world, id)
  server.vmState = state
  server.taskState = undefined
  noteDeed(world, { kind: 'reset', on: id })
}

export function stopServer(world: World, id: string): void {
  const server = serverWithId(world, id)
  refuseUnless(server, 'stop', ['active', 'error'])
  noteDeed(world, { kind: 'stop', on: id })
  server.taskState = 'powering-off'
  deliver(hostOf(world, server.host as string), () => {
    hostOf(world, server.host as string).running.delete(id)
    server.vmState = 'stopped'
    server.powerState = 'shutdown'
    server.taskState = undefined
  })
}

/** The order waits in the host's queue while its nova-compute is away, and is obeyed wherever Nova has the server then. */
export function startServer(world: World, id: string): void {
  const server = serverWithId(world, id)
  refuseUnless(server, 'start', ['stopped'])
  noteDeed(world, { kind: 'start', on: id })
  server.taskState = 'powering-on'
  const there = hostOf(world, server.host as string)
  deliver(there, () => {
    startGuest(world, there, id)
    server.vmState = 'active'
    server.powerState = 'running'
    server.taskState = undefined
  })
}

function refuseUnless(server: ModelServer, action: string, states: readonly string[]): void {
  if (states.includes(server.vmState) && server.host !== undefined) return
  throw new Refusal(409, `Cannot '${action}' instance ${server.id} while it is in vm_state ${server.vmState}`)
}

function deliver(host: ModelHost, work: () => void): void {
  if (works(host)) work()
  else host.queue.push(work)
}
