import { stepsOf } from './ladder.ts'
import { membersOf, type Segment } from './segment.ts'

/** These agents together say that the host is off: one that speaks of the whole machine, or those of all its feeds. */
export interface OffClaim {
  readonly host: string
  readonly agents: readonly string[]
}

/** One way to the power of a host: by another `way` the agent of this name may be another machine's. */
export interface PowerWay {
  readonly host: string
  readonly agent: string
  readonly way: string
}

/** Of this host the agent is not believed. */
export interface Disbelief extends PowerWay {
  readonly sinceMs: number
  /** When it was last heard to say off while the host reported. */
  readonly saidAtMs: number
}

/** Why nobody may believe it: what `check` and a rehearsal say of such an agent. */
export const falseOffSentence =
  'it says off while nova-compute of the host goes on reporting: it is the power of another machine, or it does not tell the truth'

/** Agents whose word together means that a host of the segment is off: in the fence, or as evidence of its death. */
function speakersOf({ fencing, power }: Pick<Segment, 'fencing' | 'power'>): readonly (readonly string[])[] {
  return [...stepsOf(fencing).map(({ agents }) => agents), ...(power === undefined ? [] : [[power.agent]])]
}

/** All of them, each once. */
export function agentsAsked(segment: Pick<Segment, 'fencing' | 'power'>): string[] {
  return [...new Set(speakersOf(segment).flat())]
}

/** Who of the segment is said to be off. One feed of several may be, while the machine is on. */
export function claimsOf(segment: Segment, saysOff: (agent: string, host: string) => boolean): OffClaim[] {
  return membersOf(segment).flatMap(host =>
    speakersOf(segment)
      .filter(agents => agents.every(agent => saysOff(agent, host)))
      .map(agents => ({ host, agents }))
  )
}

/** Why its word does not count in a recovery, to stand beside its name. */
export function disbeliefReason({ host, saidAtMs }: Disbelief): string {
  const when = new Date(saidAtMs).toISOString().replace(/\.\d+Z$/, 'Z')
  return `it is not believed of ${host}: at ${when} it said off while the host reported`
}

/** The same for those who prepare: what it may be, and what ends it. */
export function disbeliefSentence({ host, agent, sinceMs }: Disbelief): string {
  const when = new Date(sinceMs).toISOString()
  return `${host}: ${agent} is not believed since ${when}: ${falseOffSentence}. It is believed again when rehearsals hear it say on while the host reports, or when the configuration gives it another way to the host; hosts that are being recovered are not rehearsed`
}
