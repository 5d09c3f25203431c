import type { Cloud } from '../../controller/ports/ports.ts'
import type { Host, Server } from '../../core/inventory.ts'
import { CloudError } from '../../errors.ts'
import { controlServices } from '../model/control-plane.ts'
import { reports, shownReport } from '../model/hosts.ts'
import { zoneOf } from '../model/nova-aggregates.ts'
import { roomOf } from '../model/placement.ts'
import type { ModelHost, ModelServer, World } from '../model/world.ts'
import { createCommands } from './commands.ts'

/** The cloud as Nova, Placement, Neutron and Cinder show it. What they cannot know is not told. */
export function createModelCloud(world: World): Cloud {
  return { ...createNovaReads(world), ...createResourceReads(world), ...createCommands(world) }
}

type NovaReads = Pick<
  Cloud,
  'hosts' | 'serversOn' | 'server' | 'migrationsFrom' | 'groups' | 'aggregates' | 'addresses' | 'bareMetalHosts'
>

function createNovaReads(world: World): NovaReads {
  return {
    hosts: signal =>
      answer(world, signal, () => ({
        atMs: world.clock.now(),
        hosts: [...world.hosts.values()].map(host => hostAsTold(world, host)),
        control: controlServices(world)
      })),
    serversOn: (host, signal) => answer(world, signal, () => serversOf(world, known(world, host)).map(serverAsTold)),
    server: (id, signal) =>
      answer(world, signal, () => {
        const server = world.servers.get(id)
        if (server?.host !== undefined && known(world, server.host).cellDown)
          throw new CloudError('unreachable', `the cell of server ${id} can't be read`)
        return server === undefined ? undefined : serverAsTold(server)
      }),
    migrationsFrom: (host, signal) =>
      answer(world, signal, () => {
        // Nova leaves out silently what is in a cell that it can't reach.
        if (known(world, host).cellDown) return []
        const records = world.migrations.filter(record => record.source === host)
        return records.map(record => ({ ...record })).toReversed()
      }),
    groups: signal => answer(world, signal, () => world.groups.map(group => ({ ...group }))),
    aggregates: signal => answer(world, signal, () => world.aggregates.map(aggregate => ({ ...aggregate }))),
    addresses: signal =>
      answer(world, signal, () => Object.fromEntries([...world.hosts.values()].map(host => [host.name, host.address]))),
    bareMetalHosts: signal =>
      answer(world, signal, () => [...world.hosts.values()].flatMap(host => (host.isBareMetal ? host.name : [])))
  }
}

type ResourceReads = Pick<Cloud, 'needs' | 'rooms' | 'portsOf' | 'attachmentsOf' | 'imageProperties'>

function createResourceReads(world: World): ResourceReads {
  return {
    needs: (_host, servers, signal) =>
      answer(world, signal, () => new Map(servers.map(server => [server.id, server.flavorNeed]))),
    rooms: (hosts, signal) => answer(world, signal, () => hosts.map(host => roomOf(world, known(world, host)))),
    portsOf: (id, signal) =>
      answer(world, signal, () => {
        const bound = world.servers.get(id)?.boundTo
        return bound === undefined ? [] : [{ id: `port-of-${id}`, host: bound, active: true }]
      }),
    imageProperties: (images, signal) => answer(world, signal, () => new Map(images.map(id => [id, {}]))),
    attachmentsOf: (id, signal) => answer(world, signal, () => attachmentsOf(world, id))
  }
}

function known(world: World, name: string): ModelHost {
  const host = world.hosts.get(name)
  if (host === undefined) throw new CloudError('not-found', `Nova knows no host ${name}`)
  return host
}

/** Looks half-way through the call's time, as a service does; an abort cuts the connection. */
export async function answer<T>(world: World, signal: AbortSignal | undefined, look: () => T): Promise<T> {
  await world.clock.sleep(world.timing.latencyMs / 2, signal)
  if (signal?.aborted) throw new CloudError('unreachable', 'aborted')
  const seen = look()
  await world.clock.sleep(world.timing.latencyMs / 2, signal)
  if (signal?.aborted) throw new CloudError('unreachable', 'aborted')
  return seen
}

function hostAsTold(world: World, host: ModelHost): Host {
  return {
    name: host.name,
    serviceId: host.serviceId,
    status: host.cellDown ? 'unknown' : host.enabled ? 'enabled' : 'disabled',
    state: host.cellDown ? 'unknown' : reports(world, host) && !host.forcedDown ? 'up' : 'down',
    forcedDown: host.forcedDown,
    zone: zoneOf(world, host.name) ?? 'nova',
    reportedAtMs: shownReport(world, host),
    ...(host.disabledReason === undefined ? {} : { disabledReason: host.disabledReason })
  }
}

/** Servers of an unreachable cell are left out of the list silently. */
function serversOf(world: World, host: ModelHost): ModelServer[] {
  return host.cellDown ? [] : [...world.servers.values()].filter(server => server.host === host.name)
}

/** All are of one image, but for those whose root disk is a volume. */
const imageId = 'image-tiny'

function serverAsTold(server: ModelServer): Server {
  return {
    id: server.id,
    name: server.name,
    projectId: server.projectId,
    vmState: server.vmState,
    powerState: server.powerState,
    locked: server.locked,
    launched: server.launched,
    localDisk: server.localDisk,
    flavorNeed: server.need,
    extraSpecs: server.extraSpecs,
    volumes: server.volumes,
    metadata: server.metadata,
    ...(server.localDisk ? { imageId } : {}),
    ...(server.host === undefined ? {} : { host: server.host }),
    ...(server.taskState === undefined ? {} : { taskState: server.taskState }),
    ...(server.fault === undefined ? {} : { fault: server.fault.trim() })
  }
}

function attachmentsOf(world: World, id: string) {
  const server = world.servers.get(id)
  return (server?.volumes ?? []).map(volume => ({
    volume,
    server: id,
    attached: true,
    ...(server?.boundTo === undefined ? {} : { host: server.boundTo })
  }))
}
