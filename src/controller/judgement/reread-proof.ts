import { findHost } from '../../core/inventory.ts'
import { witnessesOf } from '../../core/ladder.ts'
import { agentsBehind, allProve, fencedProof, spokenAtMs } from '../../core/proof.ts'
import type { Hold, PowerReading, Proof } from '../../core/recovery.ts'
import { proofOf } from '../../core/recovery.ts'
import { reportMs } from '../../core/reports.ts'
import type { Context } from '../recovery/context.ts'
import { note, record } from '../recovery/context.ts'
import { proofAgeMaxMs, readEveryMs, readRound, signOfLife, sourceOf } from './power.ts'

/** What a look at the proof shows. `atMs`: as of then it stands. `on`: the host was seen on or alive. */
export type Standing =
  | { readonly stands: true; readonly atMs: number }
  | { readonly stands: false; readonly on: boolean; readonly reason: string }

const doubt = (on: boolean, reason: string): Standing => ({ stands: false, on, reason })

/** Rule 7: the proof is read again. `quick`: one reading that is not against it will do, as in each round of the moves. */
export async function rereadProof(ctx: Context, quick = false): Promise<Standing> {
  const proof = proofOf(ctx.recovery)
  const { host, segment } = ctx.recovery
  if (proof === undefined) return doubt(false, `there is no proof that ${host} is off`)
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
    if (on !== undefined) return doubt(true, `${sourceOf(on)} says that ${host} is on`)
    if (isFence && provenBy(ctx, agents, readings)) return { stands: true, atMs: spokenAtMs(readings) }
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
): Promise<Standing> {
  const { host } = ctx.recovery
  const said = agents.map(agent => readings.findLast(reading => reading.agent === agent))
  if (said.every(reading => reading?.power === 'off')) {
    const firstHand = agents.filter(agent => !readings.some(one => one.agent === agent && one.isHearsay === true))
    const proven = quick || firstHand.length === 0 || provenBy(ctx, firstHand, readings)
    // Who only remembers can't see a button pressed: what the host itself shows has to be asked for as well.
    if (proven && firstHand.length < agents.length) {
      if (!quick) ctx.memory.onItsWord = true
      return await wordStands(ctx, 'is off by what was last known', quick)
    }
    if (proven) return { stands: true, atMs: spokenAtMs(readings) }
  }
  const seen = said.find(reading => reading !== undefined && reading.power !== 'off')
  if (quick && seen !== undefined) return doubt(false, `${sourceOf(seen)} says ${seen.power} of ${host}`)
  return doubt(false, `the power of ${host} ${quick ? "can't be read" : 'could not be read twice as off'}`)
}

/** A word that the host is off stands while nothing on it shows life. */
async function wordStands(ctx: Context, taken: string, quick: boolean): Promise<Standing> {
  const { host } = ctx.recovery
  const atMs = ctx.ports.clock.now()
  const living = (await signOfLife(ctx, host)) ?? (quick ? undefined : await reportsAgain(ctx, host))
  if (living === 'unread') return doubt(false, `the service of ${host} can't be read`)
  return living === undefined ? { stands: true, atMs } : doubt(true, `${host} ${taken}, but ${living}`)
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
    if (!provenBy(ctx, agents, readings)) continue
    if ((await signOfLife(ctx, host)) !== undefined) return undefined
    if (provenBy(ctx, agents, readings)) return fencedProof(agents, readings, ctx.ports.clock.now())
  }
  return undefined
}

/** Are these readings a proof in this moment? */
export function provenBy({ ports }: Context, agents: readonly string[], readings: readonly PowerReading[]): boolean {
  return allProve(agents, readings, { minGapMs: readEveryMs, sinceMs: ports.clock.now() - proofAgeMaxMs })
}

/** Under a force-down life shows in reports that move on: two readings further apart than its reports. */
async function reportsAgain(ctx: Context, host: string): Promise<string | 'unread' | undefined> {
  const { cloud } = ctx.ports
  const before = findHost(await cloud.hosts(ctx.signal), host)?.reportedAtMs
  await ctx.pause(reportMs)
  // The wait was cut short: that nothing came says nothing.
  if (ctx.isEnding()) return 'unread'
  const after = findHost(await cloud.hosts(ctx.signal), host)?.reportedAtMs
  if (before === undefined || after === undefined) return 'unread'
  return after > before ? 'its nova-compute reports again' : undefined
}

/** Saves that the proof was read again. */
export async function notedProof(ctx: Context, atMs: number): Promise<void> {
  await record(ctx, { events: [note('note', `the proof that ${ctx.recovery.host} is off was read again: it stands`)] })
  heardProof(ctx, atMs)
}

/** Off was heard in this moment, as of `atMs`. */
export function heardProof({ memory, ports }: Context, atMs: number): void {
  memory.provenAtMs = Math.max(atMs, memory.provenAtMs ?? atMs)
  memory.proofHeardAtMs = ports.clock.now()
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
