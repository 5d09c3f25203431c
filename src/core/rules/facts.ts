import type { AlarmFacts, SignalSource } from '../signal.ts'
import { isWithin, type Window, wallTime } from './calendar.ts'
import { type Fact, type Facts, Moment } from './cel.ts'
import { type PastRecovery, pastFacts } from './past.ts'

/** What the operator's rules stand on besides their texts. */
export interface RuleSettings {
  /** IANA name of the zone of `time` and of the calendars. */
  readonly zone: string
  readonly calendars: Readonly<Record<string, readonly Window[]>>
}

/** What Aodh's definition of an alarm says. */
export interface DefinitionFacts {
  readonly name: string
  readonly type: string
  readonly project: string
  readonly description: string
  readonly enabled: boolean
  readonly repeatActions: boolean
}

/** What Nova said of the host when all hosts were last read. */
export interface HostFacts {
  readonly zone: string
  readonly aggregates: readonly string[]
  readonly status: string
  readonly state: string
  readonly forcedDown: boolean
  readonly disabledReason: string
}

export interface SegmentFacts {
  readonly name: string
  readonly method: string
  readonly storage: string
  readonly approval: string
  /** How many. */
  readonly hosts: number
  readonly spares: number
}

/** What a rule may look at, as far as it is known by now. */
export interface RuleContext {
  readonly source: SignalSource
  readonly host: string
  readonly kind: 'host' | 'spare'
  readonly segment: SegmentFacts
  readonly alarm: AlarmFacts
  readonly nowMs: number
  /** `none`: Aodh does not show it to us. Missing: nobody has asked. */
  readonly definition?: DefinitionFacts | 'none'
  /** Missing: the hosts have not been read yet. */
  readonly seen?: HostFacts | 'none'
  /** The host's recoveries, newest first. Missing: they were not read, for no rule looks at them. */
  readonly past?: readonly PastRecovery[]
  /** What an alarm that has not fired does not tell yet: a rule that must know it can't be decided. */
  readonly untold?: readonly AlarmField[]
}

/** Those that only a delivery tells, and those that Aodh's definition knows before. */
export const toldByDelivery = ['previous', 'severity', 'reason', 'eventType', 'traits'] as const
export const toldByDefinition = ['id', 'name', 'type'] as const
export type AlarmField = (typeof toldByDelivery)[number] | (typeof toldByDefinition)[number]

/** What is looked up only if a rule looks at it; by the path under which it stands. */
export const lookedUp = { definition: 'alarm.definition', past: 'history' } as const
export const seenFields = ['zone', 'aggregates', 'status', 'state', 'forcedDown', 'disabledReason'] as const

const noDefinition: DefinitionFacts = {
  name: '',
  type: '',
  project: '',
  description: '',
  enabled: false,
  repeatActions: false
}
const notSeen: HostFacts = {
  zone: '',
  aggregates: [],
  status: '',
  state: '',
  forcedDown: false,
  disabledReason: ''
}

/** The names that are made of the time; to make them takes longer than all else, and few rules look at them. */
export const timeNames = ['now', 'time', 'calendar'] as const

/** Every field is there, so that a rule need not ask whether it exists; what is not known yet is left out. */
export function factsOf(context: RuleContext, settings: RuleSettings, withTime = true): Facts {
  const { alarm, segment, source, host, kind, nowMs, definition, seen, past, untold = [] } = context
  const told = Object.entries({
    id: alarm.id,
    name: alarm.name ?? '',
    current: alarm.current,
    previous: alarm.previous ?? '',
    severity: alarm.severity ?? '',
    reason: alarm.reason ?? '',
    type: alarm.type ?? '',
    eventType: alarm.eventType ?? '',
    traits: new Map(Object.entries(alarm.traits))
  }).filter(([field]) => !untold.some(one => one === field))
  return {
    source,
    alarm: {
      ...Object.fromEntries<Fact>(told),
      ...(definition === undefined
        ? {}
        : { definition: { known: definition !== 'none', ...(definition === 'none' ? noDefinition : definition) } })
    },
    host: { name: host, kind, ...(seen === undefined ? {} : { ...(seen === 'none' ? notSeen : seen) }) },
    segment: { ...segment },
    ...(withTime ? timeFacts(nowMs, settings) : {}),
    ...(past === undefined ? {} : { history: pastFacts(past, nowMs) })
  }
}

function timeFacts(nowMs: number, { zone, calendars }: RuleSettings): Facts {
  const wall = wallTime(nowMs, zone)
  const open = Object.entries(calendars).map(([name, windows]) => [name, windows.some(one => isWithin(wall, one))])
  return { now: new Moment(nowMs), time: { zone, ...wall }, calendar: Object.fromEntries(open) as Facts }
}

/** A context that has everything, by which rules are checked. */
export function sampleFacts(settings: RuleSettings): Facts {
  const sample = factsOf(
    {
      source: 'aodh',
      host: 'compute-01',
      kind: 'host',
      segment: { name: 'rack-a', method: 'reserved_host', storage: 'shared', approval: 'none', hosts: 18, spares: 2 },
      alarm: { id: 'a', name: 'n', current: 'alarm', traits: { host: 'compute-01' } },
      nowMs: 1_800_000_000_000,
      definition: noDefinition,
      seen: { ...notSeen, aggregates: ['rack-a'] },
      past: []
    },
    settings
  )
  return sample
}
