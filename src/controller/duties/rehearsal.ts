import { agentsOf } from '../../core/ladder.ts'
import type { Segment } from '../../core/segment.ts'
import { messageOf } from '../../errors.ts'
import { inParallel } from '../../in-parallel.ts'
import type { Ports } from '../ports/ports.ts'
import type { Directory } from '../service/directory.ts'
import type { Rehearsed } from '../service/service.ts'

/** Whether this process could fence each host: only reads. */
export interface Rehearsal {
  /** Does a round when it is time for one. */
  work(signal: AbortSignal): Promise<void>
  /** The last word of each agent on each member; those that were never asked are missing. */
  of(segment: Segment): readonly Rehearsed[]
}

/** BMCs are slow, and there may be a thousand. */
const atOnce = 16

/**
 * Reads the power of every member of every segment through each agent of its ladder, or of so many members each time,
 * those first that were asked longest ago. The agents check the identity of what answers. Done by each process for
 * itself: whether the others reach a BMC says nothing about who will have to.
 */
export function createRehearsal(
  { fencing, store, clock, log }: Pick<Ports, 'fencing' | 'store' | 'clock' | 'log'>,
  directory: Pick<Directory, 'segments'>,
  { everyMs, sample }: { readonly everyMs: number; readonly sample: 'all' | number }
): Rehearsal {
  const known = new Map<string, Rehearsed>()
  let roundAtMs: number | undefined

  async function read(host: string, agent: string, signal: AbortSignal): Promise<void> {
    const atMs = clock.now()
    let error: string | undefined
    try {
      await fencing.read(agent, host, signal)
    } catch (failure) {
      error = messageOf(failure)
    }
    // What we gave up ourselves says nothing about the BMC.
    if (signal.aborted) return
    const before = known.get(keyOf(host, agent))
    known.set(keyOf(host, agent), { host, agent, atMs, ...(error === undefined ? {} : { error }) })
    if (error !== undefined && before?.error === undefined)
      log.warn({ host, agent, err: error }, 'the host could not be fenced: its power can not be read')
    else if (error === undefined && before?.error !== undefined)
      log.info({ host, agent }, 'the power of the host can be read again')
  }

  return {
    async work(signal) {
      if (roundAtMs !== undefined && clock.now() - roundAtMs < everyMs) return
      // A BMC does one thing at a time, and a recovery that asks it comes first.
      const open = await store.recoveries({ state: 'open', limit: 500 })
      const busy = new Set(open.items.map(({ recovery }) => recovery.host))
      const readings = directory.segments().flatMap(segment => {
        const agents = agentsOf(segment.fencing)
        const askedAtMs = (host: string) => Math.min(...agents.map(agent => known.get(keyOf(host, agent))?.atMs ?? 0))
        const hosts = membersOf(segment)
          .filter(host => !busy.has(host))
          .toSorted((one, other) => askedAtMs(one) - askedAtMs(other))
        return hosts
          .slice(0, sample === 'all' ? hosts.length : sample)
          .flatMap(host => agents.map(agent => ({ host, agent })))
      })
      // Until the members of the segments are known there is nobody to ask, and the round is still to come.
      if (readings.length > 0) roundAtMs = clock.now()
      await inParallel(readings, atOnce, async ({ host, agent }) => {
        if (!signal.aborted) await read(host, agent, signal)
      })
    },

    of: segment =>
      membersOf(segment).flatMap(host =>
        agentsOf(segment.fencing).flatMap(agent => known.get(keyOf(host, agent)) ?? [])
      )
  }
}

function membersOf({ hosts, spares }: Segment): string[] {
  return [...hosts, ...spares]
}

function keyOf(host: string, agent: string): string {
  return `${agent} ${host}`
}
