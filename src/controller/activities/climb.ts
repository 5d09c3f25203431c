import type { LadderStep } from '../../core/ladder.ts'
import { allProve, fencedProof } from '../../core/proof.ts'
import type { PowerReading } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import type { Round } from '../judgement/power.ts'
import { isOfBmc, readEveryMs, readRound, signOfLife } from '../judgement/power.ts'
import type { Context } from '../recovery/context.ts'
import { act, note } from '../recovery/context.ts'

const repeatAfterMs = 20_000
/** An agent that only remembers an off is sent another one, so that it looks. */
const lookAfterMs = 10_000
/** Evidence older than this is read again before a power-off. */
const thoughtMs = 5000
const unread = 'no reading'

/** What a step of the ladder shares with the whole of it. */
export interface Climb {
  /** What each agent said last. */
  readonly heard: Map<string, PowerReading>
  /** The last word of each agent of the steps that proved nothing. */
  readonly words: string[]
  /** Before a power-off that comes late: is it still right? */
  readonly thinkAgain: () => Promise<RecoveryEvent | undefined>
  /** When that was last asked. */
  thoughtAtMs: number
}

/** One step: read, power off what is on, read until each agent has proven it. A sentence says why it could not. */
export async function climb(
  ctx: Context,
  step: LadderStep,
  host: string,
  climbing: Climb
): Promise<RecoveryEvent | string | 'interrupted'> {
  const { clock } = ctx.ports
  const untilMs = clock.now() + step.timeoutMs
  const readings: PowerReading[] = []
  const failures = new Map(step.agents.map(agent => [agent, unread]))
  const sent = new Map<string, { readonly times: number; readonly atMs: number }>()
  let living: Promise<string | undefined> | undefined
  while (clock.now() < untilMs) {
    const round = await readRound(ctx, step.agents, host)
    hear(round, climbing, failures)
    if (round.failures.length > 0) readings.length = 0
    else readings.push(...round.readings)
    const isOff = round.failures.length === 0 && round.readings.every(({ power }) => power === 'off')
    // A BMC may lie: the signs of life are asked for between its two readings.
    if (!isOff) living = undefined
    else if (round.readings.every(reading => reading.isHearsay !== true)) living ??= signOfLife(ctx, host)
    // Whoever leaves the ladder before the second reading leaves nobody behind to hear its failure.
    living?.catch(() => undefined)
    if (allProve(step.agents, readings, { minGapMs: readEveryMs })) {
      const alive = await living
      if (alive === undefined) return { type: 'proven', host, proof: fencedProof(step.agents, readings, clock.now()) }
      climbing.words.push(alive)
      return `${step.agents.join(' and ')}: it says off, but ${alive}`
    }
    // A step that can't be proven any more cuts nothing off.
    if ([...failures.values()].some(isFinal)) break
    for (const reading of round.readings) {
      const { agent } = reading
      const { times, atMs } = sent.get(agent) ?? { times: 0, atMs: 0 }
      if (times > step.retries || !isDue(reading, times === 0 ? undefined : clock.now() - atMs)) continue
      // The evidence is as old as the last look; a host that is back by now is not cut off.
      const changed = await rethink(ctx, climbing)
      if (changed !== undefined) return changed
      const failure = await powerOff(ctx, agent, host)
      if (failure !== undefined) failures.set(agent, failure)
      sent.set(agent, { times: times + 1, atMs: clock.now() })
    }
    await ctx.wait(readEveryMs + 100)
    if (ctx.interrupted()) return 'interrupted'
  }
  climbing.words.push(...failures.values())
  return sentenceOf(step, failures)
}

/** Every agent's last word. */
function hear(round: Round, { heard }: Climb, failures: Map<string, string>): void {
  for (const [agent, why] of round.failures) failures.set(agent, why)
  for (const reading of round.readings) {
    heard.set(reading.agent, reading)
    // What is only remembered is no news beside why it could not be done.
    if (reading.isHearsay === true && isError(failures.get(reading.agent))) continue
    failures.set(reading.agent, `${isOfBmc(reading) ? 'the BMC' : 'it'} says ${reading.power}`)
  }
}

async function rethink(ctx: Context, climbing: Climb): Promise<RecoveryEvent | undefined> {
  const { clock } = ctx.ports
  if (clock.now() - climbing.thoughtAtMs <= thoughtMs) return undefined
  climbing.thoughtAtMs = clock.now()
  return await climbing.thinkAgain()
}

/** `sinceMs`: since the last power-off by this agent. */
function isDue({ power, isHearsay }: PowerReading, sinceMs: number | undefined): boolean {
  if (power === 'on') return sinceMs === undefined || sinceMs >= repeatAfterMs
  return power === 'off' && isHearsay === true && (sinceMs === undefined || sinceMs >= lookAfterMs)
}

function isError(failure: string | undefined): boolean {
  return failure !== undefined && failure !== unread && !failure.startsWith('it says ')
}

/** Wrong credentials or the wrong machine do not mend themselves, and repeating them locks accounts. */
function isFinal(failure: string): boolean {
  return failure.startsWith('refused: ') || failure.startsWith('identity: ')
}

function sentenceOf({ agents }: LadderStep, failures: ReadonlyMap<string, string>): string {
  return agents.map(agent => `${agent}: ${failures.get(agent)}`).join(', ')
}

async function powerOff(ctx: Context, agent: string, host: string): Promise<string | undefined> {
  const { recovery, ports } = ctx
  const intents = { ...recovery.fenceIntents, [host]: recovery.fenceIntents[host] ?? ports.clock.now() }
  const step = await act(
    ctx,
    { kind: 'power-off', target: host, to: agent },
    'done',
    async signal => {
      await ports.fencing.powerOff(agent, host, signal)
      return undefined
    },
    { recovery: { ...recovery, fenceIntents: intents }, events: [note('note', `powers ${host} off by ${agent}`, host)] }
  )
  return step.state === 'failed' ? step.error : undefined
}
