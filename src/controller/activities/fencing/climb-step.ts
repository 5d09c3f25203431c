import type { LadderStep } from '../../../core/ladder.ts'
import { fencedProof } from '../../../core/proof.ts'
import type { PowerReading, Proof } from '../../../core/recovery.ts'
import type { RecoveryEvent } from '../../../core/recovery-event.ts'
import type { FenceFailure } from '../../judgement/fence-failure.ts'
import { failureOf, isFinal } from '../../judgement/fence-failure.ts'
import type { Round } from '../../judgement/power.ts'
import { isOfBmc, readEveryMs, readRound, signOfLife } from '../../judgement/power.ts'
import { provenBy } from '../../judgement/reread-proof.ts'
import type { Context } from '../../recovery/context.ts'
import { act, isWorldError, note } from '../../recovery/context.ts'
import { sayFailures } from './say-failures.ts'

const repeatAfterMs = 20_000
/** After a power-off that did not get as far as the machine. */
const sendAgainMs = 5000
/**
 * An agent that only remembers an off is sent another one, so that it looks. Ironic's redfish driver takes PoweringOff for off, so
 * that comes when a power-off is long over.
 */
const lookAfterMs = 30_000
/** What was asked longer ago is asked again before a power-off. */
const freshMs = 5000

/** What a step of the ladder shares with the whole of it. */
export interface Climb {
  /** What each agent said last. */
  readonly heard: Map<string, PowerReading>
  /** Before a power-off that comes late: may it still be? */
  readonly objectionToPowerOff: () => Promise<RecoveryEvent | undefined>
  /** Before an off that is read is taken for the proof. */
  readonly objectionToProof: () => Promise<RecoveryEvent | undefined>
  /** When that was last asked. */
  askedAtMs: number
}

export type StepOutcome =
  | { readonly proof: Proof & { readonly kind: 'fenced' } }
  /** Nothing is proven: the last word of each agent, and a sentence with all of them. */
  | { readonly failures: readonly FenceFailure[]; readonly because: string }
  /** It may not be powered off any more. */
  | { readonly event: RecoveryEvent }
  | 'interrupted'

/** What is known of the agents of one step. */
interface Tried {
  readonly words: Map<string, FenceFailure>
  /** Power-offs that went out, and when the last one was tried. */
  readonly sent: Map<string, { readonly times: number; readonly atMs: number }>
  /** Why an agent's last power-off failed. */
  readonly refused: Map<string, FenceFailure>
}

/** One step: read, power off what is on, read until each agent has proven it. */
export async function climbStep(ctx: Context, step: LadderStep, host: string, climb: Climb): Promise<StepOutcome> {
  const { clock } = ctx.ports
  const untilMs = clock.now() + step.timeoutMs
  const readings: PowerReading[] = []
  const tried: Tried = { words: new Map(), sent: new Map(), refused: new Map() }
  const told = new Set<string>()
  let asked: ReturnType<typeof askBetween> | undefined
  while (clock.now() < untilMs) {
    const round = await readRound(ctx, step.agents, host)
    hear(round, climb, tried)
    await sayFailures(ctx, host, round.failures, { untilMs, told })
    if (round.failures.length > 0) readings.length = 0
    else readings.push(...round.readings)
    const isOff = round.failures.length === 0 && round.readings.every(({ power }) => power === 'off')
    // A BMC may lie, and others may have it in hand by now: that is asked for between its two readings.
    if (!isOff) asked = undefined
    else if (round.readings.every(reading => reading.isHearsay !== true)) asked ??= askBetween(ctx, host, climb)
    // Whoever leaves the ladder before the second reading leaves nobody behind to hear its failure.
    asked?.catch(() => undefined)
    if (provenBy(ctx, step.agents, readings)) {
      // Where in each round one of them only remembered, that has not been asked yet.
      asked ??= askBetween(ctx, host, climb)
      const { alive, event } = await asked
      if (alive !== undefined) return livesOn(step, alive)
      if (event !== undefined) return { event }
      // A sign of life may have been waited for: what was read before it has an age.
      if (provenBy(ctx, step.agents, readings)) return { proof: fencedProof(step.agents, readings, clock.now()) }
      asked = undefined
    }
    // A step that can't be proven any more cuts nothing off.
    if ([...tried.words.values(), ...tried.refused.values()].some(isFinal)) break
    const event = await powerOffDue(ctx, step, host, { round, climb, tried })
    if (event !== undefined) return { event }
    await ctx.wait(readEveryMs + 100)
    if (ctx.interrupted()) return 'interrupted'
  }
  return {
    failures: step.agents.flatMap(agent => tried.words.get(agent) ?? []),
    because: step.agents.map(agent => `${agent}: ${sentenceOf(agent, tried)}`).join(', ')
  }
}

async function askBetween(
  ctx: Context,
  host: string,
  climb: Climb
): Promise<{ readonly alive: string | undefined; readonly event: RecoveryEvent | undefined }> {
  const [alive, event] = await Promise.all([signOfLife(ctx, host), climb.objectionToProof()])
  return { alive, event }
}

/** Every agent's last word. */
function hear(round: Round, { heard }: Climb, { words }: Tried): void {
  for (const [agent, failure] of round.failures) words.set(agent, failure)
  for (const reading of round.readings) {
    heard.set(reading.agent, reading)
    // What is only remembered is no news beside why it could not be done.
    if (reading.isHearsay === true && (words.get(reading.agent)?.code ?? 'not-off') !== 'not-off') continue
    words.set(reading.agent, {
      code: 'not-off',
      why: `${isOfBmc(reading) ? 'the BMC' : 'it'} says ${reading.power}`
    })
  }
}

function livesOn({ agents }: LadderStep, why: string): StepOutcome {
  return { failures: [{ code: 'alive', why }], because: `${agents.join(' and ')}: it says off, but ${why}` }
}

/** The last word of an agent, and what became of its power-off: else nobody reads why it goes on saying on. */
function sentenceOf(agent: string, { words, refused }: Tried): string {
  const failed = refused.get(agent)
  const after = failed === undefined ? '' : `; its power-off failed (${failed.why})`
  return `${words.get(agent)?.why ?? 'no reading'}${after}`
}

/** Sends a power-off to each agent that is due; an event when it may not be sent any more. */
async function powerOffDue(
  ctx: Context,
  step: LadderStep,
  host: string,
  { round, climb, tried }: { readonly round: Round; readonly climb: Climb; readonly tried: Tried }
): Promise<RecoveryEvent | undefined> {
  const { clock } = ctx.ports
  for (const reading of round.readings) {
    const { agent } = reading
    const { times, atMs } = tried.sent.get(agent) ?? { times: 0, atMs: Number.NEGATIVE_INFINITY }
    const isSent = tried.refused.get(agent)?.code !== 'unreachable'
    if (times > step.retries || !isDue(reading, clock.now() - atMs, isSent)) continue
    // The evidence is as old as the last look; a host that is back by now is not cut off.
    if (clock.now() - climb.askedAtMs > freshMs) {
      climb.askedAtMs = clock.now()
      const event = await climb.objectionToPowerOff()
      if (event !== undefined) return event
    }
    const failure = await powerOff(ctx, agent, host)
    if (failure === undefined) tried.refused.delete(agent)
    else tried.refused.set(agent, failure)
    // What did not get as far as the machine is no try of its own.
    tried.sent.set(agent, { times: failure?.code === 'unreachable' ? times : times + 1, atMs: clock.now() })
  }
  return undefined
}

/** `sinceMs`: since the last power-off by this agent, which went out or did not. */
function isDue({ power, isHearsay }: PowerReading, sinceMs: number, isSent: boolean): boolean {
  if (power === 'on') return sinceMs >= (isSent ? repeatAfterMs : sendAgainMs)
  return power === 'off' && isHearsay === true && sinceMs >= (isSent ? lookAfterMs : sendAgainMs)
}

async function powerOff(ctx: Context, agent: string, host: string): Promise<FenceFailure | undefined> {
  const { recovery, ports } = ctx
  const intents = { ...recovery.fenceIntents, [host]: recovery.fenceIntents[host] ?? ports.clock.now() }
  let failure: FenceFailure | undefined
  await act(
    ctx,
    { kind: 'power-off', target: host, to: agent },
    'done',
    async signal => {
      try {
        await ports.fencing.powerOff(agent, host, signal)
        return undefined
      } catch (error) {
        if (isWorldError(error)) failure = failureOf(error)
        throw error
      }
    },
    { recovery: { ...recovery, fenceIntents: intents }, events: [note('note', `powers ${host} off by ${agent}`, host)] }
  )
  return failure
}
