import { type Aggregate, findHost, type HostsReading } from '../core/inventory.ts'
import type { HostFacts } from '../core/rules/facts.ts'
import type { Segment } from '../core/segment.ts'
import { messageOf } from '../errors.ts'
import type { Cloud, Log, Policy } from './ports.ts'
import { hostFacts } from './rule-facts.ts'

/** Members of a segment: named, or all hosts of an aggregate or an availability zone. */
export type Members = { readonly names: readonly string[] } | { readonly aggregate: string } | { readonly zone: string }

/** A segment as configured; who belongs to it is looked up in the cloud. */
export interface SegmentConfig extends Omit<Segment, 'hosts' | 'spares'> {
  readonly hosts: Members
  readonly spares: Members
  /** Overrides the whole cloud's `armed`. */
  readonly armed?: boolean
}

export interface DirectoryOptions {
  readonly armed: boolean
  readonly recoveriesPerHour: number
  readonly movesInFlight: number
  readonly approvalMinutes: number
  /** A rule looks at the aggregates of hosts. */
  readonly rulesSeeHosts?: boolean
  readonly log: Log
}

export interface Directory extends Policy {
  /** Reads the members anew; what was known stays when the cloud can't be read. */
  refresh(signal?: AbortSignal): Promise<void>
  /** False until the members were read once (or all are named in the configuration). */
  isKnown(): boolean
  segments(): readonly Segment[]
  /** The last reading of the hosts. */
  reading(): HostsReading | undefined
  /** What was last read of a host; `none` when Nova does not list it, undefined before it was read. */
  seen(host: string): HostFacts | 'none' | undefined
  /** Why the last refresh failed. */
  error(): string | undefined
}

/** Who belongs to which segment, and the configuration's side of every recovery. */
export function createDirectory(
  configured: readonly SegmentConfig[],
  cloud: Cloud,
  options: DirectoryOptions
): Directory {
  const onlyNames = configured.every(segment => 'names' in segment.hosts && 'names' in segment.spares)
  let segments: readonly Segment[] = configured.map(segment => resolve(segment, undefined, []))
  let reading: HostsReading | undefined
  let aggregatesRead: readonly Aggregate[] = []
  let error: string | undefined

  async function refresh(signal?: AbortSignal): Promise<void> {
    try {
      const [hosts, aggregates] = await Promise.all([
        cloud.hosts(signal),
        onlyNames && options.rulesSeeHosts !== true ? [] : cloud.aggregates(signal)
      ])
      reading = hosts
      aggregatesRead = aggregates
      segments = configured.map(segment => resolve(segment, hosts, aggregates))
      if (error !== undefined) options.log.info({}, "the cloud's hosts can be read again")
      error = undefined
    } catch (failure) {
      if (error === undefined) options.log.warn({ err: messageOf(failure) }, "the cloud's hosts can't be read")
      error = messageOf(failure)
    }
  }

  return {
    refresh,
    isKnown: () => onlyNames || reading !== undefined,
    segments: () => segments,
    reading: () => reading,
    seen: host => (reading === undefined ? undefined : hostFacts(findHost(reading, host), aggregatesRead)),
    error: () => error,
    segment: name => segments.find(segment => segment.name === name),
    segmentOf: host => segments.find(segment => segment.hosts.includes(host) || segment.spares.includes(host)),
    armed: name => configured.find(segment => segment.name === name)?.armed ?? options.armed,
    recoveriesPerHour: options.recoveriesPerHour,
    movesInFlight: options.movesInFlight,
    approvalMinutes: options.approvalMinutes
  }
}

function resolve(segment: SegmentConfig, reading: HostsReading | undefined, aggregates: readonly Aggregate[]): Segment {
  const { armed: _armed, hosts, spares, ...rest } = segment
  const held = members(spares, reading, aggregates)
  return { ...rest, spares: held, hosts: members(hosts, reading, aggregates).filter(host => !held.includes(host)) }
}

function members(wanted: Members, reading: HostsReading | undefined, aggregates: readonly Aggregate[]): string[] {
  if ('names' in wanted) return [...wanted.names]
  const hosts = reading?.hosts ?? []
  if ('zone' in wanted) return hosts.filter(host => host.zone === wanted.zone).map(host => host.name)
  const aggregate = aggregates.find(one => one.name === wanted.aggregate)
  return hosts.filter(host => aggregate?.hosts.includes(host.name) === true).map(host => host.name)
}
