import type { PowerReading, Proof } from './recovery.ts'

type Fenced = Extract<Proof, { kind: 'fenced' }>

/**
 * True when the readings, in the order in which they were taken, end in a proof that the machine is off: `off` from the
 * same BMC and machine at least `minGapMs` apart, and nothing else since. Any other reading, another machine, another
 * BMC or a clock that was set back begins anew; so what came before an `on` counts for nothing. Hearsay of an `off`
 * counts for nothing either.
 */
export function proves(readings: readonly PowerReading[], { minGapMs }: { readonly minGapMs: number }): boolean {
  const span = spanOf(readings)
  return span !== undefined && span.last.atMs - span.first.atMs >= minGapMs
}

/**
 * True when each agent's readings prove it for the same moment. Redundant feeds: as long as one of them is on the
 * machine runs, so anything but `off` from one begins anew for all. The last word of each must be younger than `sinceMs`:
 * that of a fast one has an age when a slow one has answered.
 */
export function allProve(
  agents: readonly string[],
  readings: readonly PowerReading[],
  { minGapMs, sinceMs }: { readonly minGapMs: number; readonly sinceMs: number }
): boolean {
  const since = readings.slice(readings.findLastIndex(reading => reading.power !== 'off') + 1)
  const own = agents.map(agent => since.filter(reading => reading.agent === agent))
  if (agents.length === 0 || !own.every(its => proves(its, { minGapMs }))) return false
  const spans = own.flatMap(its => spanOf(its) ?? [])
  if (spans.some(({ last }) => last.atMs < sinceMs)) return false
  // One feed off now and the other an hour ago is no moment in which the machine was off.
  return Math.max(...spans.map(({ first }) => first.atMs)) <= Math.min(...spans.map(({ last }) => last.atMs))
}

/** Until when readings speak for all of their agents: the oldest of the agents' last words, by our clock. */
export function spokenAtMs(readings: readonly PowerReading[]): number {
  const last = new Map(readings.map(reading => [reading.agent, reading.atMs]))
  return Math.min(...last.values())
}

/** What is written down: who proved it, and the two readings of each. */
export function fencedProof(agents: readonly string[], readings: readonly PowerReading[], atMs: number): Fenced {
  const told = agents.map(agent => readings.filter(one => one.agent === agent && one.isHearsay !== true).slice(-2))
  return {
    kind: 'fenced',
    agents: told.flatMap(pair => pair.slice(-1).map(whoseWord)),
    readings: told.flat(),
    atMs
  }
}

function whoseWord({ agent, method, identity }: PowerReading): Fenced['agents'][number] {
  return identity === undefined ? { agent, method } : { agent, method, identity }
}

/** Those who have to be asked when it is read again. */
export function agentsBehind(proof: Fenced): string[] {
  return [...new Set(proof.readings.map(reading => reading.agent))]
}

/** From the first `off` that counts to the last one, if those are two. */
function spanOf(readings: readonly PowerReading[]): { first: PowerReading; last: PowerReading } | undefined {
  let first: PowerReading | undefined
  let last: PowerReading | undefined
  for (const reading of readings) {
    if (reading.power === 'off' && reading.isHearsay === true) continue
    const goesOn = last !== undefined && isSame(last, reading) && reading.atMs >= last.atMs
    if (reading.power !== 'off') first = undefined
    else if (first === undefined || !goesOn) first = reading
    last = reading
  }
  return first !== undefined && last !== undefined && first !== last ? { first, last } : undefined
}

function isSame(one: PowerReading, other: PowerReading): boolean {
  return one.agent === other.agent && one.identity === other.identity
}
