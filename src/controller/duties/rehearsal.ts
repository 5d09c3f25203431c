import type { HostsReading } from '../../core/inventory.ts'
import {
  agentsAsked,
  claimsOf,
  type Disbelief,
  disbeliefReason,
  disbeliefSentence,
  falseOffSentence
} from '../../core/off-claim.ts'
import { membersOf, type Segment } from '../../core/segment.ts'
import { messageOf } from '../../errors.ts'
import { inParallel } from '../../in-parallel.ts'
import { type Disbeliefs, keyOf } from '../judgement/disbeliefs.ts'
import { bmcsAtOnce, falseOffs, isReporting } from '../judgement/false-offs.ts'
import type { Ports } from '../ports/ports.ts'
import { isWorldError } from '../recovery/context.ts'
import type { Directory } from '../service/directory.ts'
import type { Rehearsed } from '../service/service.ts'

/** Whether this process could fence each host: only reads. */
export interface Rehearsal {
  /** Does a round when it is time for one. */
  work(signal: AbortSignal): Promise<void>
  /**
   * The last word of each agent on each member; those that were never asked are missing. What is not believed is told as such,
   * whoever found it.
   */
  of(segment: Segment): readonly Rehearsed[]
  /** Why this agent would bring no proof of that host, as of its last word here: it is not believed, or could not be asked. */
  against(agent: string, host: string): string | undefined
}

export interface RehearsalOptions {
  readonly everyMs: number
  readonly sample: 'all' | number
}

/** An agent is believed again when nobody has heard it lie in as many rounds; or sooner, by the process that heard it last. */
const quietRounds = 2

/**
 * Reads the power of every member of every segment through each agent that speaks of it, or of so many members each time, those
 * first that were asked longest ago. The agents check the identity of what answers, and Nova tells which off is not true. Done by
 * each process for itself: whether the others reach a BMC says nothing about who will have to. What is not true of one is so for all.
 */
export function createRehearsal(
  ports: Pick<Ports, 'cloud' | 'fencing' | 'store' | 'clock' | 'log'>,
  directory: Pick<Directory, 'segments'>,
  disbeliefs: Disbeliefs,
  { everyMs, sample }: RehearsalOptions
): Rehearsal {
  const { cloud, fencing, store, clock, log } = ports
  const known = new Map<string, Rehearsed>()
  /** As of the last look, to be shown: whoever fences asks the store. */
  let doubted = new Map<string, Disbelief>()
  let roundAtMs: number | undefined

  async function ask({ host, agent }: Question, signal: AbortSignal): Promise<Asked> {
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
    const before = known.get(keyOf(answer))
    known.set(keyOf(answer), answer)
    if (error !== undefined && before?.error === undefined)
      log.warn({ host, agent, err: error }, 'the host could not be fenced by this agent')
    else if (error === undefined && before?.error !== undefined)
      log.info({ host, agent }, 'the host could be fenced by this agent again')
  }

  /** What is off may rightly be: only Nova can tell. While it can't be asked an off is taken as it was told. */
  async function judgeOffs(offs: readonly Asked[], segments: readonly Segment[], signal: AbortSignal): Promise<void> {
    const isOff = new Set(offs.map(({ answer }) => keyOf(answer)))
    const claims = segments.flatMap(segment => claimsOf(segment, (agent, host) => isOff.has(keyOf({ agent, host }))))
    const untrue = await falseOffs(ports, claims, signal).catch((error: unknown) => {
      if (!isWorldError(error)) throw error
      return []
    })
    if (signal.aborted) return
    const heardAtMs = clock.now()
    const lies = new Set(untrue.flatMap(({ host, agents }) => agents.map(agent => keyOf({ agent, host }))))
    for (const { answer } of offs) {
      const isFalse = lies.has(keyOf(answer))
      remember(isFalse ? { ...answer, error: `${answer.host}: ${falseOffSentence}` } : answer)
    }
    // What somebody only remembers may be late, and is no proof anyway.
    const liars = offs.filter(({ answer, isHearsay }) => lies.has(keyOf(answer)) && !isHearsay)
    await disbeliefs.lied(
      liars.map(({ answer }) => answer),
      heardAtMs
    )
  }

  /** An on is the truth where the host reports: of one that is dead it says nothing. */
  async function judgeOns(ons: readonly Rehearsed[], quietMs: number, signal: AbortSignal): Promise<void> {
    await look()
    const heard = ons.filter(answer => doubted.has(keyOf(answer)))
    const reading = heard.length === 0 ? undefined : await hostsNow(signal)
    if (reading === undefined) return
    for (const { host, agent, atMs } of heard) {
      if (!isReporting(reading, host) || !(await disbeliefs.spokeTrue(agent, host, atMs, quietMs))) continue
      log.info({ host, agent }, 'the agent is believed of the host again')
    }
    await look()
  }

  async function hostsNow(signal: AbortSignal): Promise<HostsReading | undefined> {
    try {
      return await cloud.hosts(signal)
    } catch (error) {
      if (!isWorldError(error)) throw error
      return undefined
    }
  }

  async function look(): Promise<void> {
    doubted = new Map((await disbeliefs.standing()).map(one => [keyOf(one), one]))
  }

  function questions(segments: readonly Segment[], busy: Readonly<Record<string, string>>): Question[] {
    return segments.flatMap(segment => {
      const agents = agentsAsked(segment)
      const askedAtMs = (host: string) => Math.min(...agents.map(agent => known.get(keyOf({ agent, host }))?.atMs ?? 0))
      const hosts = membersOf(segment)
        .filter(host => busy[host] === undefined)
        .toSorted((one, other) => askedAtMs(one) - askedAtMs(other))
      return hosts
        .slice(0, sample === 'all' ? hosts.length : sample)
        .flatMap(host => agents.map(agent => ({ host, agent })))
    })
  }

  async function round(signal: AbortSignal): Promise<void> {
    // A BMC does one thing at a time, and a recovery that asks it comes first.
    const busy = await store.openHosts()
    const segments = directory.segments()
    const asking = questions(segments, busy)
    // Until the members of the segments are known there is nobody to ask, and the round is still to come.
    if (asking.length > 0) roundAtMs = clock.now()
    const offs: Asked[] = []
    const ons: Rehearsed[] = []
    await inParallel(asking, bmcsAtOnce, async question => {
      if (signal.aborted) return
      const asked = await ask(question, signal)
      // What we gave up ourselves says nothing about the BMC.
      if (signal.aborted) return
      if (asked.answer.power === 'off') offs.push(asked)
      else remember(asked.answer)
      if (asked.answer.power === 'on') ons.push(asked.answer)
    })
    await judgeOffs(offs, segments, signal)
    if (!signal.aborted) await judgeOns(ons, quietRounds * everyMs * roundsForAll(segments, sample), signal)
  }

  return {
    async work(signal) {
      await disbeliefs.catchUp()
      await look()
      if (roundAtMs === undefined || clock.now() - roundAtMs >= everyMs) await round(signal)
    },

    of: segment =>
      membersOf(segment).flatMap(host =>
        agentsAsked(segment).flatMap(agent => {
          const answer = known.get(keyOf({ agent, host }))
          const doubt = doubted.get(keyOf({ agent, host }))
          if (doubt === undefined || answer?.error !== undefined) return answer ?? []
          return { host, agent, atMs: doubt.saidAtMs, ...answer, error: disbeliefSentence(doubt) }
        })
      ),

    against(agent, host) {
      const doubt = doubted.get(keyOf({ agent, host }))
      if (doubt !== undefined) return disbeliefReason(doubt)
      // One that remembers a wrong power is mended by the power-off itself.
      const { power, error } = known.get(keyOf({ agent, host })) ?? {}
      return power === undefined ? error : undefined
    }
  }
}

/** A host of one agent is asked once in so many rounds. */
function roundsForAll(segments: readonly Segment[], sample: 'all' | number): number {
  if (sample === 'all') return 1
  return Math.max(1, ...segments.map(segment => Math.ceil(membersOf(segment).length / sample)))
}

interface Question {
  readonly host: string
  readonly agent: string
}

interface Asked {
  readonly answer: Rehearsed
  readonly isHearsay: boolean
}
