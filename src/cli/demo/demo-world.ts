import type { HostSpec, ServerSpec, WorldSpec } from '../../emulator/model/spec.ts'
import type { DemoOptions } from './options.ts'

/** A cloud to show, and the host of it that will fail. */
export interface DemoWorld {
  readonly spec: WorldSpec
  readonly hosts: readonly string[]
  readonly spares: readonly string[]
  readonly victim: string
}

const roles = ['web', 'api', 'db', 'cache', 'queue', 'mail', 'auth', 'batch']
const need = { VCPU: 2, MEMORY_MB: 4096, DISK_GB: 20 }

/** The same seed gives the same cloud: which host fails, which servers are stopped, how long their start takes. */
export function demoWorld(options: Pick<DemoOptions, 'hosts' | 'servers' | 'seed' | 'serve'>): DemoWorld {
  const { hosts: count, servers, seed } = options
  const chance = createChance(seed)
  const digits = Math.max(2, String(count).length)
  const names = Array.from({ length: count }, (_, index) => `compute-${String(index + 1).padStart(digits, '0')}`)
  const [hosts, spares] = [names.slice(0, -sparesOf(options)), names.slice(-sparesOf(options))]
  // One that has servers.
  const victim = hosts[Math.floor(chance() * Math.min(hosts.length, servers))] ?? ''
  const perHost = Math.ceil(servers / hosts.length)
  // Twice what its own servers need, so that a spare has room for any of them.
  const capacity = Object.fromEntries(Object.entries(need).map(([name, amount]) => [name, amount * 2 * perHost]))
  const plain = (more: HostSpec): HostSpec => ({ capacity, habits: { spawnMs: 2000 + 2000 * chance() }, ...more })
  const specs: [string, HostSpec][] = hosts.map((host, index) => [
    host,
    plain({ servers: serversOf(index, hosts.length, servers, chance) })
  ])
  for (const spare of spares) specs.push([spare, plain({ spare: true })])
  return { spec: { hosts: Object.fromEntries(specs), ids: 'uuids', timing: quick }, hosts, spares, victim }
}

/** Whoever goes on to play wants other spares when the first is used. */
function sparesOf({ hosts, serve }: Pick<DemoOptions, 'hosts' | 'serve'>): number {
  return serve ? Math.min(4, Math.floor(hosts / 2)) : 1
}

/** As on a cloud that is tuned to notice soon: nobody wants to watch a minute of silence. */
const quick = { serviceDownMs: 6000, reportEveryMs: 2000 }

/** Every so many servers, dealt out like cards, so that the hosts differ by one at most. */
function serversOf(host: number, hosts: number, servers: number, chance: () => number): ServerSpec[] {
  const own: ServerSpec[] = []
  for (let index = host; index < servers; index += hosts) {
    const round = Math.floor(index / hosts)
    const role = roles[round % roles.length] ?? 'web'
    const number = Math.floor(round / roles.length) * hosts + host + 1
    const isStopped = chance() < 1 / 10
    own.push({ name: `${role}-${String(number).padStart(2, '0')}`, need, ...(isStopped ? { vmState: 'stopped' } : {}) })
  }
  return own
}

/** Numbers from 0 to 1 that only the seed decides (mulberry32). */
function createChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
