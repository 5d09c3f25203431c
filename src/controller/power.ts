import { findHost } from '../core/inventory.ts'
import { proves } from '../core/proof.ts'
import type { Hold, PowerReading } from '../core/recovery.ts'
import { proofOf } from '../core/recovery.ts'
import { reportMs } from '../core/reports.ts'
import { askAlive } from './ask-sources.ts'
import type { Context } from './context.ts'
import { isWorldError, note, record } from './context.ts'

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

/**
 * Rule 7: the proof is read again. `true`: it stands; else why not, `on` when the host was seen on or alive. `quick`:
 * one reading that is not against it will do, as in each round of the moves.
 */
export async function rereadProof(
  ctx: Context,
  quick = false
): Promise<true | { readonly on: boolean; readonly reason: string }> {
  const proof = proofOf(ctx.recovery)
  const { host } = ctx.recovery
  if (proof === undefined) return { on: false, reason: `there is no proof that ${host} is off` }
  const agents =
    proof.kind === 'fenced'
      ? [proof.agent]
      : (ctx.ports.policy.segment(ctx.recovery.segment)?.fencing ?? []).filter(agent => agent !== 'none')
  const readings: PowerReading[] = []
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    if (round > 0) await ctx.pause(readEveryMs + 100)
    for (const agent of agents) {
      const reading = await readPower(ctx, agent, host)
      if (typeof reading !== 'string') readings.push(reading)
    }
    if (readings.some(reading => reading.power === 'on')) return { on: true, reason: `the BMC says that ${host} is on` }
    if (proof.kind === 'fenced' && proves(readings, { minGapMs: readEveryMs })) return true
  }
  if (proof.kind !== 'fenced') {
    const living = (await signOfLife(ctx, host)) ?? (quick ? undefined : await reportsAgain(ctx, host))
    if (living === 'unread') return { on: false, reason: `the service of ${host} can't be read` }
    const taken = proof.kind === 'vouched' ? 'was vouched for as off' : 'was taken to be off without a fence'
    return living === undefined ? true : { on: true, reason: `${host} ${taken}, but ${living}` }
  }
  if (quick && readings.length > 0 && readings.every(reading => reading.power === 'off')) return true
  const seen = readings.at(-1)
  if (quick && seen !== undefined) return { on: false, reason: `the BMC of ${host} says ${seen.power}` }
  return { on: false, reason: `the BMC of ${host} ${quick ? "can't be read" : 'could not be read twice as off'}` }
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
