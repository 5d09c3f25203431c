import type { Disbelief, PowerWay } from '../../core/off-claim.ts'
import { StoreUnavailable } from '../../errors.ts'
import type { Fencing, RecoveryStore } from '../ports/ports.ts'

/** Which agents are not believed of which hosts: one memory for all replicas, in the store. */
export interface Disbeliefs {
  /** Those that hold of the agents as they are configured here; of `host` alone if one is given. Throws StoreUnavailable. */
  standing(host?: string): Promise<Disbelief[]>
  /** These said off at `atMs` of hosts that report. While the store is away this process remembers it alone. */
  lied(agents: readonly { readonly agent: string; readonly host: string }[], atMs: number): Promise<void>
  /** It said on at `atMs` of a host that reports; see `believe` of the store. Throws StoreUnavailable. */
  spokeTrue(agent: string, host: string, atMs: number, quietMs: number): Promise<boolean>
  /** Writes down what could not be. Throws StoreUnavailable. */
  catchUp(): Promise<void>
}

/** `owner`: the process by whose rehearsals they are heard. */
export function createDisbeliefs(
  { store, fencing }: { readonly store: Told; readonly fencing: Pick<Fencing, 'wayOf'> },
  owner: string
): Disbeliefs {
  const unwritten = new Map<string, Disbelief>()
  const wayOf = (agent: string, host: string): PowerWay => ({ agent, host, way: fencing.wayOf(agent, host) })

  async function catchUp(): Promise<void> {
    for (const [key, one] of unwritten) {
      const { agent, host, way, saidAtMs } = one
      await store.disbelieve({ agent, host, way }, owner, saidAtMs)
      // It may have been heard again meanwhile.
      if (unwritten.get(key) === one) unwritten.delete(key)
    }
  }

  return {
    async standing(host) {
      const stored = (await store.disbeliefs(host)).filter(one => one.way === fencing.wayOf(one.agent, one.host))
      const known = new Set(stored.map(keyOf))
      const own = [...unwritten.values()].filter(one => !known.has(keyOf(one)) && (host ?? one.host) === one.host)
      return [...stored, ...own]
    },

    async lied(agents, atMs) {
      for (const { agent, host } of agents) {
        const way = wayOf(agent, host)
        unwritten.set(keyOf(way), { ...way, sinceMs: atMs, saidAtMs: atMs })
      }
      await catchUp().catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) throw error
      })
    },

    async spokeTrue(agent, host, atMs, quietMs) {
      const way = wayOf(agent, host)
      unwritten.delete(keyOf(way))
      return await store.believe(way, owner, atMs, quietMs)
    },

    catchUp
  }
}

type Told = Pick<RecoveryStore, 'disbeliefs' | 'disbelieve' | 'believe'>

/** Of whom and of what it speaks. */
export function keyOf({ agent, host }: Pick<PowerWay, 'agent' | 'host'>): string {
  return `${agent} ${host}`
}
