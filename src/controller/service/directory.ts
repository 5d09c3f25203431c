import type { DomainLimit } from '../../core/guards/domain.ts'
import { type Aggregate, findHost, type HostsReading } from '../../core/inventory.ts'
import type { HostFacts } from '../../core/rules/facts.ts'
import type { Segment } from '../../core/segment.ts'
import { messageOf } from '../../errors.ts'
import { hostFacts } from '../judgement/rule-facts.ts'
import type { Cloud, GuardSettings, Log, Policy } from '../ports/ports.ts'

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
  readonly domain?: DomainLimit
  readonly guards: GuardSettings
  /** A rule looks at the aggregates of hosts. */
  readonly rulesSeeHosts?: boolean
  readonly log: Log
}

export interface Directory extends Policy {
  /** From now on these; what was known stays when the members of the new ones can't be read. Throws CloudError. */
  configure(segments: readonly SegmentConfig[], limits: Omit<DirectoryOptions, 'log'>): Promise<void>
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
  first: readonly SegmentConfig[],
  cloud: Cloud,
  { log, ...limits }: DirectoryOptions
): Directory {
  let configured = first
  let options: Omit<DirectoryOptions, 'log'> = limits
  let onlyNames = areNames(configured)
  let segments: readonly Segment[] = configured.map(segment => resolve(segment, undefined, []))
  let reading: HostsReading | undefined
  let aggregatesRead: readonly Aggregate[] = []
  let error: string | undefined

  async function read(
    wanted: readonly SegmentConfig[],
    rulesSeeHosts: boolean | undefined,
    signal?: AbortSignal
  ): Promise<{ hosts: HostsReading; aggregates: readonly Aggregate[] }> {
    const asksAggregates = rulesSeeHosts === true || !areNames(wanted)
    const [hosts, aggregates] = await Promise.all([cloud.hosts(signal), asksAggregates ? cloud.aggregates(signal) : []])
    return { hosts, aggregates }
  }

  async function refresh(signal?: AbortSignal): Promise<void> {
    const wanted = configured
    try {
      const seen = await read(wanted, options.rulesSeeHosts, signal)
      // What was configured meanwhile has been read already, and may need what was not asked for here.
      if (configured !== wanted) return
      use(wanted, seen)
      if (error !== undefined) log.info({}, "the cloud's hosts can be read again")
      error = undefined
    } catch (failure) {
      if (error === undefined) log.warn({ err: messageOf(failure) }, "the cloud's hosts can't be read")
      error = messageOf(failure)
    }
  }

  /** All at once, once their members are known: a segment that looks empty would let guards and plans go wrong. */
  async function configure(next: readonly SegmentConfig[], more: Omit<DirectoryOptions, 'log'>): Promise<void> {
    // What the new rules look at and was not read before would look empty to them.
    const isRead = areNames(next) && more.rulesSeeHosts !== true
    const seen = isRead ? undefined : await read(next, more.rulesSeeHosts)
    configured = next
    options = more
    onlyNames = areNames(next)
    use(next, seen)
  }

  function use(wanted: readonly SegmentConfig[], seen: Awaited<ReturnType<typeof read>> | undefined): void {
    reading = seen?.hosts ?? reading
    aggregatesRead = seen?.aggregates ?? aggregatesRead
    segments = wanted.map(segment => resolve(segment, reading, aggregatesRead))
  }

  return {
    refresh,
    configure,
    isKnown: () => onlyNames || reading !== undefined,
    segments: () => segments,
    reading: () => reading,
    seen: host => (reading === undefined ? undefined : hostFacts(findHost(reading, host), aggregatesRead)),
    error: () => error,
    segment: name => segments.find(segment => segment.name === name),
    segmentOf: host => segments.find(segment => segment.hosts.includes(host) || segment.spares.includes(host)),
    armed: name => configured.find(segment => segment.name === name)?.armed ?? options.armed,
    get recoveriesPerHour() {
      return options.recoveriesPerHour
    },
    get movesInFlight() {
      return options.movesInFlight
    },
    get approvalMinutes() {
      return options.approvalMinutes
    },
    get guards() {
      return options.guards
    },
    get domain() {
      return options.domain
    }
  }
}

function areNames(segments: readonly SegmentConfig[]): boolean {
  return segments.every(segment => 'names' in segment.hosts && 'names' in segment.spares)
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
