import type { Cloud, Sent } from '../../controller/ports.ts'
import { CloudError } from '../../errors.ts'
import { beginEvacuation } from '../model/evacuations.ts'
import { reports, works } from '../model/hosts.ts'
import { noteDeed } from '../model/oracle.ts'
import type { Deed, ModelHost, ModelServer, World } from '../model/world.ts'
import { hostOf } from '../model/world.ts'

export type Commands = Pick<
  Cloud,
  'isolate' | 'enable' | 'disable' | 'addToAggregate' | 'evacuate' | 'resetToError' | 'stop'
>

/** What changes the cloud, with Nova's own refusals. Each command is written down as a deed when it takes effect. */
export function createCommands(world: World): Commands {
  const on = (id: string, kind: Deed['kind'], signal: AbortSignal | undefined, change: (server: ModelServer) => void) =>
    send(world, signal, () => {
      const server = world.servers.get(id)
      if (server === undefined) throw new CloudError('not-found', `no server ${id}`)
      change(server)
      noteDeed(world, { kind, on: id })
    })
  const service = (
    id: string,
    kind: Deed['kind'],
    signal: AbortSignal | undefined,
    change: (host: ModelHost) => void
  ) =>
    send(world, signal, () => {
      const host = [...world.hosts.values()].find(candidate => candidate.serviceId === id)
      if (host === undefined) throw new CloudError('not-found', `no service ${id}`)
      change(host)
      noteDeed(world, { kind, on: host.name })
    })

  return {
    isolate: (id, reason, signal) => service(id, 'isolate', signal, host => isolate(host, reason)),
    enable: (id, signal) => service(id, 'enable', signal, host => enable(world, host)),
    disable: (id, reason, signal) => service(id, 'disable', signal, host => disable(host, reason)),
    addToAggregate: (id, host, signal) => send(world, signal, () => addToAggregate(world, id, host)),
    evacuate: (id, target, signal) => send(world, signal, () => evacuate(world, id, target)),
    resetToError: (id, signal) => on(id, 'reset', signal, resetToError),
    stop: (id, signal) => on(id, 'stop', signal, server => stop(world, server))
  }
}

/** The effect comes half-way through the call's time; cut off after that, its fate is unknown to the caller. */
async function send(world: World, signal: AbortSignal | undefined, effect: () => void): Promise<Sent> {
  await world.clock.sleep(world.latencyMs / 2, signal)
  if (signal?.aborted) throw new CloudError('unknown', 'aborted')
  effect()
  await world.clock.sleep(world.latencyMs / 2, signal)
  if (signal?.aborted) throw new CloudError('unknown', 'aborted')
  return { requestId: `req-${world.deeds.length}` }
}

function isolate(host: ModelHost, reason: string | undefined): void {
  host.forcedDown = true
  if (reason !== undefined) disable(host, reason)
}

function disable(host: ModelHost, reason: string): void {
  host.enabled = false
  host.disabledReason = reason
  host.refusedUntilMs = Number.POSITIVE_INFINITY
}

function enable(world: World, host: ModelHost): void {
  if (!host.enabled) host.refusedUntilMs = world.clock.now() + host.habits.traitLagMs
  host.enabled = true
  host.disabledReason = undefined
}

function addToAggregate(world: World, id: number, host: string): void {
  const aggregate = world.aggregates.find(candidate => candidate.id === id)
  if (aggregate === undefined) throw new CloudError('not-found', `no aggregate ${id}`)
  if (aggregate.hosts.includes(host)) throw new CloudError('conflict', `${host} is in ${aggregate.name} already`)
  aggregate.hosts = [...aggregate.hosts, host]
  noteDeed(world, { kind: 'aggregate', on: host, to: aggregate.name })
}

function evacuate(world: World, id: string, target: string): void {
  const server = world.servers.get(id)
  if (server?.host === undefined) throw new CloudError('not-found', `no server ${id}`)
  if (!world.hosts.has(target)) throw new CloudError('not-found', `no host ${target}`)
  if (target === server.host) throw new CloudError('refused', 'the target is the current host')
  const source = hostOf(world, server.host)
  if (reports(world, source) && !source.forcedDown)
    throw new CloudError('refused', `compute service of ${source.name} is still in use`)
  if (!server.launched) throw new CloudError('conflict', 'never launched')
  if (!['active', 'stopped', 'error'].includes(server.vmState)) {
    throw new CloudError('conflict', `cannot evacuate while it is in vm_state ${server.vmState}`)
  }
  noteDeed(world, { kind: 'evacuate', on: id, to: target })
  beginEvacuation(world, server, target)
}

function resetToError(server: ModelServer): void {
  server.vmState = 'error'
  server.taskState = undefined
}

function stop(world: World, server: ModelServer): void {
  if (!['active', 'error'].includes(server.vmState) || server.host === undefined)
    throw new CloudError('conflict', 'it does not run')
  const host = hostOf(world, server.host)
  deliver(host, () => {
    host.running.delete(server.id)
    server.vmState = 'stopped'
    server.powerState = 'shutdown'
  })
}

function deliver(host: ModelHost, work: () => void): void {
  if (works(host)) work()
  else host.queue.push(work)
}
