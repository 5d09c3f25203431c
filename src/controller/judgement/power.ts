import type { PowerReading } from '../../core/recovery.ts'
import type { Context } from '../recovery/context.ts'
import { isWorldError } from '../recovery/context.ts'
import { askAlive } from './ask-sources.ts'
import type { FenceFailure } from './fence-failure.ts'
import { failureOf } from './fence-failure.ts'

/** Between two readings of a BMC: two successive readings of off, at least this far apart, are a proof. */
export const readEveryMs = 2000

/** A heartbeat beside the network may count for so long after the host has gone. */
const afterglowMs = 20_000

/** What an agent was asked for longer ago says nothing about now: it is no proof, and nothing leaves on it. */
export const proofAgeMaxMs = 30_000

/** The power of a host, or why it can't be read. What was long on its way says nothing about now. */
export async function readPower(ctx: Context, agent: string, host: string): Promise<PowerReading | FenceFailure> {
  const { clock, fencing } = ctx.ports
  try {
    const askedAtMs = clock.now()
    const reading = await fencing.read(agent, host, ctx.signal)
    const tookMs = clock.now() - askedAtMs
    if (tookMs < proofAgeMaxMs) return reading
    return { code: 'unreachable', why: `unreachable: its BMC took ${Math.round(tookMs / 1000)} s to answer` }
  } catch (error) {
    if (!isWorldError(error)) throw error
    return failureOf(error)
  }
}

/** What the agents said, side by side, and why some could not. */
export interface Round {
  readonly readings: readonly PowerReading[]
  readonly failures: readonly (readonly [agent: string, failure: FenceFailure])[]
}

/** One reading by each agent; the first one that is `enough` ends the round, without those that did not answer yet. */
export async function readRound(
  ctx: Context,
  agents: readonly string[],
  host: string,
  isEnough: (reading: PowerReading) => boolean = () => false
): Promise<Round> {
  const answers = new Map<string, PowerReading | FenceFailure>()
  await new Promise<void>((resolve, reject) => {
    const asked = agents.map(async agent => {
      const answer = await readPower(ctx, agent, host)
      answers.set(agent, answer)
      if (isReading(answer) && isEnough(answer)) resolve()
    })
    Promise.all(asked).then(() => resolve(), reject)
  })
  const inOrder = agents.flatMap(agent => {
    const answer = answers.get(agent)
    return answer === undefined ? [] : [[agent, answer] as const]
  })
  return {
    readings: inOrder.flatMap(([, answer]) => (isReading(answer) ? [answer] : [])),
    failures: inOrder.flatMap(([agent, answer]) => (isReading(answer) ? [] : [[agent, answer] as const]))
  }
}

function isReading(answer: PowerReading | FenceFailure): answer is PowerReading {
  return 'power' in answer
}

/** Other agents than BMCs are called by their names. */
export function sourceOf(reading: PowerReading): string {
  return isOfBmc(reading) ? 'the BMC' : reading.agent
}

export function isOfBmc({ method }: PowerReading): boolean {
  return method === 'redfish' || method === 'ipmi'
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
