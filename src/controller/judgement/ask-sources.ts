import type { Clock } from '../../clock.ts'
import type { HostsReading } from '../../core/inventory.ts'
import type { Observation } from '../../core/observation.ts'
import { wordOfPower } from '../../core/observation.ts'
import type { AliveSource, Segment } from '../../core/segment.ts'
import { nameOfSource } from '../../core/segment.ts'
import { messageOf } from '../../errors.ts'
import type { Cloud, Fencing, Probe } from '../ports/ports.ts'
import { isWorldError } from '../recovery/context.ts'

/** What is asked. */
export interface Sources {
  readonly cloud: Cloud
  readonly probe: Probe
  readonly fencing: Fencing
  readonly clock: Clock
}

const novaTimeoutMs = 30_000

export type NovaAnswer = { readonly reading: HostsReading } | { readonly error: string }

export function novaTimeoutOf(segment: Segment | undefined): number {
  return segment?.novaTimeoutMs ?? novaTimeoutMs
}

/** Every nova-compute, or why they can't be read. */
export async function askNova(
  { cloud, clock }: Pick<Sources, 'cloud' | 'clock'>,
  timeoutMs: number,
  signal?: AbortSignal
): Promise<NovaAnswer> {
  try {
    const reading = await within(clock, timeoutMs, signal, inTime => cloud.hosts(inTime))
    return reading === undefined ? { error: `no answer within ${timeoutMs / 1000} s` } : { reading }
  } catch (error) {
    if (!isWorldError(error)) throw error
    return { error: error.message }
  }
}

/** What the host's BMC says, if the segment asks for it as evidence. */
export async function askPower(
  { fencing, clock }: Pick<Sources, 'fencing' | 'clock'>,
  host: string,
  segment: Segment | undefined,
  signal?: AbortSignal
): Promise<Observation | undefined> {
  if (segment?.power === undefined) return undefined
  const { agent, timeoutMs } = segment.power
  const base = { source: `power:${agent}`, way: 'power', atMs: clock.now(), timeoutMs } as const
  try {
    const reading = await within(clock, timeoutMs, signal, inTime => fencing.read(agent, host, inTime))
    return reading === undefined
      ? { ...base, says: 'unknown', detail: `no answer within ${timeoutMs / 1000} s` }
      : { ...base, ...wordOfPower(reading) }
  } catch (error) {
    if (!isWorldError(error)) throw error
    return { ...base, says: 'unknown', detail: `its BMC can't be read: ${error.message}` }
  }
}

/** Every configured sign of life of the host, side by side. */
export async function askAlive(
  world: Pick<Sources, 'cloud' | 'probe' | 'clock'>,
  host: string,
  segment: Segment | undefined,
  signal?: AbortSignal
): Promise<Observation[]> {
  const sources = segment?.alive ?? []
  const needsAddress = sources.some(source => source.hosts[host] === undefined && isSentToAddress(source))
  const address = needsAddress ? await addressOf(world, host, novaTimeoutOf(segment), signal) : undefined
  return await Promise.all(
    sources.map(async source => {
      const atMs = world.clock.now()
      const answer = await world.probe.ask(source, host, address, signal)
      const timeout = source.timeoutMs === undefined ? {} : { timeoutMs: source.timeoutMs }
      const way = source.kind === 'exec' && source.beside === 'network' ? 'beside' : 'network'
      return { source: nameOfSource(source), way, ...answer, atMs, ...timeout } as const
    })
  )
}

function isSentToAddress(source: AliveSource): boolean {
  return source.kind !== 'exec' || source.command.some(argument => argument.includes('{address}'))
}

async function addressOf(
  { cloud, clock }: Pick<Sources, 'cloud' | 'clock'>,
  host: string,
  timeoutMs: number,
  signal?: AbortSignal
): Promise<string | undefined> {
  try {
    return (await within(clock, timeoutMs, signal, inTime => cloud.addresses(inTime)))?.[host]
  } catch (error) {
    if (!isWorldError(error)) throw new Error(`address of ${host}: ${messageOf(error)}`, { cause: error })
    return undefined
  }
}

/** The answer, or undefined when it did not come in time: its request is given up. */
async function within<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  ask: (inTime: AbortSignal) => Promise<T>
): Promise<T | undefined> {
  const late = new AbortController()
  const over = new AbortController()
  const inTime = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
  try {
    return await Promise.race([ask(inTime), clock.sleep(timeoutMs, over.signal).then(() => undefined)])
  } finally {
    over.abort()
    late.abort()
  }
}
