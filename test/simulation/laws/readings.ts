import type { Fencing } from '../../../src/controller/ports/ports.ts'
import { stepsOf, witnessesOf } from '../../../src/core/ladder.ts'
import type { Proof } from '../../../src/core/recovery.ts'
import type { Segment } from '../../../src/core/segment.ts'
import { works } from '../../../src/emulator/model/hosts.ts'
import { wayOf } from '../../../src/emulator/model/power-ways.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'

/** What a BMC or a feed said, and what was true. */
export interface Reading {
  readonly agent: string
  readonly power: string
  readonly atMs: number
  /** The feed was on; of a BMC: the machine was. */
  readonly isOn: boolean
  /** Its nova-compute reported. */
  readonly isReporting: boolean
  /** Only remembered: it neither proves nor denies anything. */
  readonly isHearsay: boolean
}

/** Host → what was said of its power, in order. */
export type Readings = Map<string, Reading[]>

/** Writes down every reading beside the truth of that moment. */
export function watchReadings(fencing: Fencing, world: World, readings: Readings): Fencing {
  return {
    ...fencing,
    async read(agent, name, signal) {
      const reading = await fencing.read(agent, name, signal)
      const host = hostOf(world, name)
      const way = wayOf(host, agent)
      const isOn = way.kind === 'feed' ? !way.isOff : host.powered && host.kernel === 'running'
      const { power, atMs, isHearsay = false } = reading
      const isReporting = works(host)
      readings.set(name, [...(readings.get(name) ?? []), { agent, power, atMs, isOn, isReporting, isHearsay }])
      return reading
    }
  }
}

const gapMinMs = 2000
type Fenced = Proof & { kind: 'fenced' }

/** Each agent of one step of the ladder has proven it, all of them for the same moment; else why not. */
export function objectionToFence(
  proof: Fenced,
  said: readonly Reading[],
  ladder: Segment['fencing']
): string | undefined {
  const firstHand = said.filter(reading => !reading.isHearsay)
  const agents = [...new Set(proof.readings.map(({ agent }) => agent))]
  const isStep = stepsOf(ladder).some(
    step => step.agents.length === agents.length && step.agents.every(agent => agents.includes(agent))
  )
  if (!isStep) return `${agents.join(' and ')} are no step of the ladder`
  const told = agents.map(agent => proof.readings.filter(reading => reading.agent === agent))
  const latestFirstMs = Math.max(...told.map(one => one[0]?.atMs ?? 0))
  if (told.some(one => (one.at(-1)?.atMs ?? 0) < latestFirstMs)) return 'its agents said off at different times'
  const witness = denial(agents, firstHand, { fromMs: latestFirstMs, ladder })
  if (witness !== undefined) return `${witness} says that it is on`
  return told
    .map((readings, index) =>
      objectionToAgent(
        readings,
        firstHand.filter(reading => reading.agent === agents[index])
      )
    )
    .find(objection => objection !== undefined)
}

/** Another agent of the machine that said on since the first off. */
function denial(
  agents: readonly string[],
  said: readonly Reading[],
  { fromMs, ladder }: { readonly fromMs: number; readonly ladder: Segment['fencing'] }
): string | undefined {
  const others = witnessesOf(ladder).filter(agent => !agents.includes(agent))
  return said.find(one => one.atMs > fromMs && one.power === 'on' && others.includes(one.agent))?.agent
}

/** Two readings of off that the agent really gave, far enough apart, and no other word in between; else why not. */
function objectionToAgent(readings: Fenced['readings'], said: readonly Reading[]): string | undefined {
  const [first, last] = [readings.at(-2), readings.at(-1)]
  if (first === undefined || last === undefined) return 'it rests on fewer than two readings'
  if (last.identity !== first.identity) return 'its readings are of two machines'
  if (last.atMs - first.atMs < gapMinMs) return `its readings are ${last.atMs - first.atMs} ms apart`
  const between = said.filter(reading => reading.atMs >= first.atMs && reading.atMs <= last.atMs)
  if (![first, last].every(reading => between.some(one => one.atMs === reading.atMs)))
    return 'it rests on a reading that no BMC gave'
  return between.every(reading => reading.power === 'off') ? undefined : 'the BMC said otherwise in between'
}

/** Off was said of what was on. */
export function wasLied(proof: Fenced, said: readonly Reading[]): boolean {
  return proof.readings.some(({ agent, atMs }) =>
    said.some(one => one.agent === agent && one.atMs === atMs && one.isOn)
  )
}

/** Whoever rehearses each minute has found it out by then. */
const heardForMs = 60_000

/** An agent behind the proof that was heard to lie of the host for more than a minute. */
export function knownLiar(proof: Fenced, said: readonly Reading[]): string | undefined {
  return proof.agents.find(({ agent }) => {
    const [first, ...more] = liesOf(agent, said)
    return first !== undefined && (more.at(-1)?.atMs ?? 0) - first.atMs > heardForMs
  })?.agent
}

/** When the agent said off while the host reported, since it last said on. */
export function liesOf(agent: string, said: readonly Reading[]): Reading[] {
  const own = said.filter(reading => reading.agent === agent && !reading.isHearsay)
  return own.slice(own.findLastIndex(({ power }) => power === 'on') + 1).filter(({ isReporting }) => isReporting)
}
