import { findHost } from '../../core/inventory.ts'
import { witnessesOf } from '../../core/ladder.ts'
import { agentsBehind, allProve, fencedProof } from '../../core/proof.ts'
import type { Hold, PowerReading, Proof } from '../../core/recovery.ts'
import { proofOf } from '../../core/recovery.ts'
import { reportMs } from '../../core/reports.ts'
import type { Context } from '../recovery/context.ts'
import { isWorldError, note, record } from '../recovery/context.ts'
import { askAlive } from './ask-sources.ts'

/** Between two readings of a BMC: two successive readings of off, at least this far apart, are a proof. */
export const readEveryMs = 2000

/** A heartbeat beside the network may count for so long after the host has gone. */
const afterglowMs = 20_000

/** A proof that nobody could read again for so long is none any more. */
export const proofAgeMaxMs = 30_000

/** The power of a host, or why it can't be read. What was long on its way says nothing about now. */
export async function readPower(ctx: Context, agent: string, host: string): Promise<PowerReading | string> {
  const { clock, fencing } = ctx.ports
  try {
    const askedAtMs = clock.now()
    const reading = await fencing.read(agent, host, ctx.signal)
    const tookMs = clock.now() - askedAtMs
    return tookMs < proofAgeMaxMs ? reading : `unreachable: its BMC took ${Math.round(tookMs / 1000)} s to answer`
  } catch (error) {
    if (!isWorldError(error)) throw error
    return `${error.code}: ${error.message}`
  }
}

/** What the agents said, side by side, and why some could not. */
export interface Round {
  readonly readings: readonly PowerReading[]
  readonly failures: readonly (readonly [agent: string, why: string])[]
}

/** One reading by each agent; the first one that is `enough` ends the round, without those that did not answer yet. */
export async function readRound(
  ctx: Context,
  agents: readonly string[],
  host: string,
  isEnough: (reading: PowerReading) => boolean = () => false
): Promise<Round> {
  const answers = new Map<string, PowerReading | string>()
  await new Promise<void>((resolve, reject) => {
    const asked = agents.map(async agent => {
      const answer = await readPower(ctx, agent, host)
      answers.set(agent, answer)
      if (typeof answer !== 'string' && isEnough(answer)) resolve()
    })
    Promise.all(asked).then(() => resolve(), reject)
  })
  const inOrder = agents.flatMap(agent => {
    const answer = answers.get(agent)
    return answer === undefined ? [] : [[agent, answer] as const]
  })
  return {
    readings: inOrder.flatMap(([, answer]) => (typeof answer === 'string' ? [] : [answer])),
    failures: inOrder.flatMap(([agent, answer]) => (typeof answer === 'string' ? [[agent, answer] as const] : []))
  }
}

/** Other agents than BMCs are called by their names. */
export function sourceOf(reading: PowerReading): string {
  return isOfBmc(reading) ? 'the BMC' : reading.agent
}

export function isOfBmc({ method }: PowerReading): boolean {
  return method === 'redfish' || method === 'ipmi'
}

type Doubt = { readonly on: boolean; readonly reason: string }

/**
 * Rule 7: the proof is read again. `true`: it stands; else why not, `on` when the host was seen on or alive. `quick`:
 * one reading that is not against it will do, as in each round of the moves.
 */
export async function rereadProof(ctx: Context, quick = false): Promise<true | Doubt> {
  const proof = proofOf(ctx.recovery)
  const { host, segment } = ctx.recovery
  if (proof === undefined) return { on: false, reason: `there is no proof that ${host} is off` }
  const isFence = proof.kind === 'fenced'
  const agents = isFence ? agentsBehind(proof) : witnessesOf(ctx.ports.policy.segment(segment)?.fencing)
  // What proved it and then says on was switched on; of a word's witnesses only who looked is heard.
  const saysOn = ({ power, isHearsay }: PowerReading): boolean => power === 'on' && (isFence || isHearsay !== true)
  const readings: PowerReading[] = []
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    if (round > 0) await ctx.pause(readEveryMs + 100)
    // One that says on is heard at once: servers are leaving, and another agent may be slow.
    readings.push(...(await readRound(ctx, agents, host, saysOn)).readings)
    const on = readings.find(saysOn)
    if (on !== undefined) return { on: true, reason: `${sourceOf(on)} says that ${host} is on` }
    if (isFence && allProve(agents, readings, { minGapMs: readEveryMs })) return true
  }
  if (!isFence) {
    const taken = proof.kind === 'vouched' ? 'was vouched for as off' : 'was taken to be off without a fence'
    return await wordStands(ctx, taken, quick)
  }
  return await fenceStands(ctx, agents, readings, quick)
}

/** Nobody said on. Off is enough of a look in passing; else each agent has to prove it anew, but for those who only remember. */
async function fenceStands(
  ctx: Context,
  agents: readonly string[],
  readings: readonly PowerReading[],
  quick: boolean
): Promise<true | Doubt> {
  const { host } = ctx.recovery
  const said = agents.map(agent => readings.findLast(reading => reading.agent === agent))
  if (said.every(reading => reading?.power === 'off')) {
    const firstHand = agents.filter(agent => !readings.some(one => one.agent === agent && one.isHearsay === true))
    const proven = quick || firstHand.length === 0 || allProve(firstHand, readings, { minGapMs: readEveryMs })
    // Who only remembers can't see a button pressed: what the host itself shows has to be asked for as well.
    if (proven && firstHand.length < agents.length) {
      if (!quick) ctx.memory.onItsWord = true
      return await wordStands(ctx, 'is off by what was last known', quick)
    }
    if (proven) return true
  }
  const seen = said.find(reading => reading !== undefined && reading.power !== 'off')
  if (quick && seen !== undefined) return { on: false, reason: `${sourceOf(seen)} says ${seen.power} of ${host}` }
  return { on: false, reason: `the power of ${host} ${quick ? "can't be read" : 'could not be read twice as off'}` }
}

/** A word that the host is off stands while nothing on it shows life. */
async function wordStands(ctx: Context, taken: string, quick: boolean): Promise<true | Doubt> {
  const { host } = ctx.recovery
  const living = (await signOfLife(ctx, host)) ?? (quick ? undefined : await reportsAgain(ctx, host))
  if (living === 'unread') return { on: false, reason: `the service of ${host} can't be read` }
  return living === undefined ? true : { on: true, reason: `${host} ${taken}, but ${living}` }
}

/** The proof of a step by reading alone: nothing is sent. undefined when there is none; `heard` learns what each agent said. */
export async function proofByReading(
  ctx: Context,
  agents: readonly string[],
  host: string,
  heard: Map<string, PowerReading>
): Promise<Proof | undefined> {
  const readings: PowerReading[] = []
  for (let round = 0; round < 3; round += 1) {
    if (round > 0) await ctx.pause(readEveryMs + 100)
    const now = await readRound(ctx, agents, host)
    for (const reading of now.readings) heard.set(reading.agent, reading)
    if (now.failures.length > 0) return undefined
    readings.push(...now.readings)
    if (!allProve(agents, readings, { minGapMs: readEveryMs })) continue
    return (await signOfLife(ctx, host)) === undefined
      ? fencedProof(agents, readings, ctx.ports.clock.now())
      : undefined
  }
  return undefined
}

/** A word that the host is off, a person's or its BMC's, ends with any sign of life. undefined when there is none. */
export async function signOfLife(ctx: Context, host: string): Promise<string | undefined> {
  const { ports, recovery } = ctx
  const untilMs = ports.clock.now() + afterglowMs
  for (;;) {
    const alive = await askAlive(ports, host, ports.policy.segment(recovery.segment), ctx.signal)
    const heard = alive.filter(observation => observation.says === 'alive')
    const living = heard.find(({ way }) => way === 'network') ?? heard[0]
    if (living === undefined) return undefined
    if (living.way === 'network' || ctx.isEnding() || ports.clock.now() >= untilMs)
      return `${living.source} of ${host} answers (${living.detail})`
    await ctx.pause(readEveryMs)
  }
}

/** Under a force-down life shows in reports that move on: two readings further apart than its reports. */
async function reportsAgain(ctx: Context, host: string): Promise<string | 'unread' | undefined> {
  const { cloud } = ctx.ports
  const before = findHost(await cloud.hosts(ctx.signal), host)?.reportedAtMs
  await ctx.pause(reportMs)
  const after = findHost(await cloud.hosts(ctx.signal), host)?.reportedAtMs
  if (before === undefined || after === undefined) return 'unread'
  return after > before ? 'its nova-compute reports again' : undefined
}

/** Saves that the proof was read again. */
export async function notedProof(ctx: Context): Promise<void> {
  await record(ctx, { events: [note('note', `the proof that ${ctx.recovery.host} is off was read again: it stands`)] })
  ctx.memory.provenAtMs = ctx.ports.clock.now()
}

/** The hold of a recovery whose proof does not stand. */
export function doubtHold({ on, reason }: { readonly on: boolean; readonly reason: string }): Hold {
  return on
    ? {
        code: 'power',
        reason: `${reason}. Somebody may have brought it back, so it is not fenced again: power it off and retry, or cancel`,
        releasedBy: 'person'
      }
    : {
        code: 'proof',
        reason: `${reason}: nothing more is moved until it can be, or somebody vouches for it`,
        releasedBy: 'world'
      }
}
