import { agentsAsked, claimsOf, falseOffSentence } from '../../core/off-claim.ts'
import { membersOf, type Segment } from '../../core/segment.ts'
import { messageOf } from '../../errors.ts'
import { inParallel } from '../../in-parallel.ts'
import { bmcsAtOnce, falseOffs } from '../judgement/false-offs.ts'
import type { Ports } from '../ports/ports.ts'
import { isWorldError } from '../recovery/context.ts'
import type { Directory } from '../service/directory.ts'
import type { Rehearsed } from '../service/service.ts'

/** Whether this process could fence each host: only reads. */
export interface Rehearsal {
  /** Does a round when it is time for one. */
  work(signal: AbortSignal): Promise<void>
  /** The last word of each agent on each member; those that were never asked are missing. */
  of(segment: Segment): readonly Rehearsed[]
  /** When the agent was found to say off of the host though it reported; undefined when its last word was believed. */
  falseOffAtMs(agent: string, host: string): number | undefined
}

/**
 * Reads the power of every member of every segment through each agent that speaks of it, or of so many members each time, those
 * first that were asked longest ago. The agents check the identity of what answers, and Nova tells which off is not true. Done by
 * each process for itself: whether the others reach a BMC says nothing about who will have to.
 */
export function createRehearsal(
  ports: Pick<Ports, 'cloud' | 'fencing' | 'store' | 'clock' | 'log'>,
  directory: Pick<Directory, 'segments'>,
  { everyMs, sample }: { readonly everyMs: number; readonly sample: 'all' | number }
): Rehearsal {
  const { fencing, store, clock, log } = ports
  const known = new Map<string, Rehearsed>()
  /** Until it says on: an off that is true proves nothing of it. */
  const untrueSinceMs = new Map<string, number>()
  let roundAtMs: number | undefined

  async function ask(host: string, agent: string, signal: AbortSignal): Promise<Asked> {
    const atMs = clock.now()
    try {
      const { power, isHearsay = false } = await fencing.read(agent, host, signal)
      return { answer: { host, agent, atMs, power }, isHearsay }
    } catch (failure) {
      return { answer: { host, agent, atMs, error: messageOf(failure) }, isHearsay: false }
    }
  }

  function remember(answer: Rehearsed): void {
    const { host, agent, error } = answer
    const before = known.get(keyOf(host, agent))
    known.set(keyOf(host, agent), answer)
    if (error !== undefined && before?.error === undefined)
      log.warn({ host, agent, err: error }, 'the host could not be fenced by this agent')
    else if (error === undefined && before?.error !== undefined)
      log.info({ host, agent }, 'the host could be fenced by this agent again')
  }

  /** What is off may rightly be: only Nova can tell. While it can't be asked an off is taken as it was told. */
  async function rememberOffs(
    offs: readonly Asked[],
    segments: readonly Segment[],
    signal: AbortSignal
  ): Promise<void> {
    const isOff = new Set(offs.map(({ answer }) => keyOf(answer.host, answer.agent)))
    const claims = segments.flatMap(segment => claimsOf(segment, (agent, host) => isOff.has(keyOf(host, agent))))
    const untrue = await falseOffs(ports, claims, signal).catch((error: unknown) => {
      if (!isWorldError(error)) throw error
      return []
    })
    if (signal.aborted) return
    const lies = new Set(untrue.flatMap(({ host, agents }) => agents.map(agent => keyOf(host, agent))))
    for (const { answer, isHearsay } of offs) {
      const { host, agent, atMs } = answer
      const isFalse = lies.has(keyOf(host, agent))
      // What somebody only remembers may be late, and is no proof anyway.
      if (isFalse && !isHearsay && falseOffAtMs(agent, host) === undefined) untrueSinceMs.set(keyOf(host, agent), atMs)
      remember(isFalse ? { ...answer, error: `${host}: ${falseOffSentence}` } : answer)
    }
  }

  const falseOffAtMs = (agent: string, host: string) => untrueSinceMs.get(keyOf(host, agent))

  return {
    async work(signal) {
      if (roundAtMs !== undefined && clock.now() - roundAtMs < everyMs) return
      // A BMC does one thing at a time, and a recovery that asks it comes first.
      const busy = await store.openHosts()
      const segments = directory.segments()
      const readings = segments.flatMap(segment => {
        const agents = agentsAsked(segment)
        const askedAtMs = (host: string) => Math.min(...agents.map(agent => known.get(keyOf(host, agent))?.atMs ?? 0))
        const hosts = membersOf(segment)
          .filter(host => busy[host] === undefined)
          .toSorted((one, other) => askedAtMs(one) - askedAtMs(other))
        return hosts
          .slice(0, sample === 'all' ? hosts.length : sample)
          .flatMap(host => agents.map(agent => ({ host, agent })))
      })
      // Until the members of the segments are known there is nobody to ask, and the round is still to come.
      if (readings.length > 0) roundAtMs = clock.now()
      const offs: Asked[] = []
      await inParallel(readings, bmcsAtOnce, async ({ host, agent }) => {
        if (signal.aborted) return
        const asked = await ask(host, agent, signal)
        // What we gave up ourselves says nothing about the BMC.
        if (signal.aborted) return
        if (asked.answer.power === 'on') untrueSinceMs.delete(keyOf(host, agent))
        if (asked.answer.power === 'off') offs.push(asked)
        else remember(asked.answer)
      })
      await rememberOffs(offs, segments, signal)
    },

    of: segment =>
      membersOf(segment).flatMap(host => agentsAsked(segment).flatMap(agent => known.get(keyOf(host, agent)) ?? [])),

    falseOffAtMs
  }
}

interface Asked {
  readonly answer: Rehearsed
  readonly isHearsay: boolean
}

function keyOf(host: string, agent: string): string {
  return `${agent} ${host}`
}
