import { statusOf } from '../../src/emulator/http/compute/server-view.ts'
import { createWorld } from '../../src/emulator/model/create-world.ts'
import { endCompute } from '../../src/emulator/model/hosts.ts'
import { evacuate } from '../../src/emulator/model/nova-evacuate.ts'
import { changeService } from '../../src/emulator/model/nova-services.ts'
import { whereRunning } from '../../src/emulator/model/oracle.ts'
import { Refusal } from '../../src/emulator/model/refusal.ts'
import type { HostSpec, WorldSpec } from '../../src/emulator/model/spec.ts'
import type { ModelHost, ModelServer, World } from '../../src/emulator/model/world.ts'
import { createVirtualClock } from '../simulation/virtual-clock.ts'

/** A small cloud on a virtual clock, asked as Nova's API is asked. */
export interface ModelCloud {
  readonly world: World
  host(name: string): ModelHost
  server(id?: string): ModelServer
  pass(seconds: number): Promise<void>
  /** `200`, or the refusal: `409 Cannot …`. */
  evacuate(target: string | undefined, how?: { stops?: boolean; server?: string }): string
  force(host: string, down: boolean): string
  /** Status, task, host, and the evacuation records, newest first: what a client sees, and where the guest truly runs. */
  look(id?: string): Look
}

export interface Look {
  readonly status: string
  readonly task: string | undefined
  readonly host: string | undefined
  readonly fault: string | undefined
  readonly migrations: readonly string[]
  readonly runsOn: readonly string[]
}

/** `compute-01` with the server `vm`, and four others; the first is dead and forced down unless the story begins before that. */
export function modelCloud(
  more: Partial<WorldSpec> & { readonly changes?: Readonly<Record<string, HostSpec>>; readonly alive?: true } = {}
): ModelCloud {
  const { changes, alive, ...spec } = more
  const clock = createVirtualClock()
  const world = createWorld(clock, {
    hosts: {
      'compute-01': { servers: [{ name: 'vm' }] },
      ...{ 'compute-02': {}, 'compute-03': {}, 'compute-04': {} },
      ...changes
    },
    ...spec
  })
  const host = (name: string) => world.hosts.get(name)!
  const server = (id = 'vm') => world.servers.get(id)!
  if (alive !== true) {
    endCompute(world, host('compute-01'), 'stopped')
    host('compute-01').forcedDown = true
  }
  return {
    ...{ world, host, server },
    pass: seconds => clock.run(clock.sleep(seconds * 1000)),
    evacuate: (target, { stops = false, server: id = 'vm' } = {}) =>
      codeOf(200, () => evacuate(world, id, { target, stops })),
    force: (name, down) => codeOf(200, () => changeService(world, `service-${name}`, { forcedDown: down })),
    look: (id = 'vm') => ({
      status: world.servers.has(id) ? statusOf(server(id)) : '404',
      task: server(id)?.taskState,
      host: server(id)?.host,
      fault: server(id)?.vmState === 'error' ? server(id).fault : undefined,
      migrations: world.migrations
        .filter(record => record.server === id && record.type === 'evacuation')
        .map(record => `${record.status} -> ${record.dest}`)
        .reverse(),
      runsOn: whereRunning(world, id)
    })
  }
}

export function codeOf(status: number, deed: () => unknown): string {
  try {
    deed()
    return String(status)
  } catch (error) {
    if (error instanceof Refusal) return `${error.status} ${error.message}`
    throw error
  }
}
