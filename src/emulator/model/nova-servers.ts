import { deliver } from './attempts.ts'
import { addServer } from './create-world.ts'
import { reports, works } from './hosts.ts'
import { noteDeed, startGuest } from './oracle.ts'
import { allocate } from './placement.ts'
import { Refusal } from './refusal.ts'
import { choose, objectionTo } from './scheduler.ts'
import { note, serverWithId } from './server-requests.ts'
import type { ServerSpec } from './spec.ts'
import type { ModelHost, ModelServer, World } from './world.ts'

export interface Creation {
  /** undefined: the scheduler chooses. */
  readonly host?: string | undefined
  readonly group?: string | undefined
  readonly requestId?: string
}

/** Nova takes it at once; the scheduler looks at it afterwards, and its guest runs a while later. */
export function createServer(world: World, spec: ServerSpec, { host, group, requestId }: Creation = {}): ModelServer {
  if (host !== undefined && !world.hosts.has(host)) throw new Refusal(400, `Compute host ${host} could not be found.`)
  const joined = world.groups.find(each => each.id === group)
  if (group !== undefined && joined === undefined) {
    throw new Refusal(400, `Instance group ${group} could not be found.`)
  }
  const state = { vmState: 'building', taskState: 'scheduling', powerState: 'none', launched: false } as const
  const server = addServer(world, undefined, { ...spec, ...state })
  note(world, server, 'create', requestId)
  if (joined !== undefined) joined.members = [...joined.members, server.id]
  const chosen = world.hosts.get(host ?? choose(world, server, '') ?? '')
  const objection = chosen === undefined ? undefined : objectionTo(world, server, chosen)
  if (chosen === undefined || objection !== undefined) {
    const fault = objection ?? 'No valid host was found. There are not enough hosts available.'
    Object.assign(server, { vmState: 'error', taskState: undefined, fault })
  } else {
    allocate(server, chosen)
    deliver(chosen, () => build(world, server, chosen))
  }
  return server
}

function build(world: World, server: ModelServer, host: ModelHost): void {
  if (!world.servers.has(server.id)) return
  Object.assign(server, { host: host.name, boundTo: host.name, taskState: 'spawning' })
  const life = host.computeLife
  world.clock.after(host.habits.spawnMs, () => {
    if (server.vmState !== 'building' || !world.servers.has(server.id) || host.computeLife !== life) return
    if (host.habits.failSpawn > 0) {
      host.habits.failSpawn--
      const fault = `Failed to deploy instance: ${host.name} was told to fail`
      Object.assign(server, { vmState: 'error', taskState: undefined, fault })
      return
    }
    startGuest(world, host, server.id)
    Object.assign(server, { vmState: 'active', taskState: undefined, powerState: 'running', launched: true })
  })
}

/** Where nova-compute is away Nova forgets the server at once, and its guest stays behind. */
export function deleteServer(world: World, id: string): void {
  const server = serverWithId(world, id)
  const host = server.host === undefined ? undefined : world.hosts.get(server.host)
  world.servers.delete(id)
  for (const name of server.allocatedOn) world.hosts.get(name)?.held.delete(id)
  for (const group of world.groups) group.members = group.members.filter(member => member !== id)
  if (host === undefined || !works(host) || host.forcedDown || !reports(world, host)) return
  host.running.delete(id)
  host.defined.delete(id)
}

/** `os-resetState`: it clears the task as well. */
export function resetState(world: World, id: string, state: 'error' | 'active'): void {
  const server = serverWithId(world, id)
  server.vmState = state
  server.taskState = undefined
  noteDeed(world, { kind: 'reset', on: id })
}
