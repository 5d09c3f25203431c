import type { ModelHost, ModelServer, World } from '../../../emulator/model/world.ts'
import type { RecoveryView } from '../../../schemas/recovery.d.ts'
import type { GuestScene, HostScene } from './scene.ts'

/** The hosts as they truly are, and on them the servers: where they run, else where Nova places them. */
export function lookAtWorld(
  world: Pick<World, 'hosts' | 'servers'>,
  spares: readonly string[],
  recoveries: readonly RecoveryView[]
): HostScene[] {
  const moved = new Set(recoveries.flatMap(({ moveList }) => moveList.map(move => move.server)))
  const guests = guestsByHost(world, moved)
  return [...world.hosts.values()].map(host => ({
    name: host.name,
    isSpare: spares.includes(host.name),
    state: stateOf(host),
    marks: [
      ...(host.enabled || spares.includes(host.name) ? [] : ['disabled']),
      ...(host.forcedDown ? ['forced down'] : [])
    ],
    guests: guests.get(host.name) ?? []
  }))
}

function stateOf({ powered, kernel, compute, cutOff }: ModelHost): HostScene['state'] {
  if (!powered) return 'off'
  return kernel === 'running' && compute === 'running' && !cutOff ? 'up' : 'silent'
}

function guestsByHost(
  { hosts, servers }: Pick<World, 'hosts' | 'servers'>,
  moved: ReadonlySet<string>
): Map<string, GuestScene[]> {
  const guests = new Map<string, GuestScene[]>()
  const add = (host: string, server: ModelServer, state: GuestScene['state']) => {
    const there = guests.get(host) ?? []
    there.push({ name: server.name, state, isMoved: moved.has(server.id) })
    guests.set(host, there)
  }
  const running = new Set<string>()
  for (const host of hosts.values()) {
    for (const id of host.running) {
      const server = servers.get(id)
      if (server !== undefined) add(host.name, server, 'runs')
      running.add(id)
    }
  }
  for (const server of servers.values()) {
    if (running.has(server.id) || server.host === undefined) continue
    add(server.host, server, server.vmState === 'stopped' ? 'stopped' : 'lost')
  }
  return guests
}
