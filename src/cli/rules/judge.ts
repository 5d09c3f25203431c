import { type Written, writtenOf } from '../../config/rules.ts'
import type { Config } from '../../config.ts'
import { segmentFacts } from '../../controller/judgement/rule-facts.ts'
import { momentIn } from '../../core/rules/calendar.ts'
import type { DefinitionFacts, HostFacts } from '../../core/rules/facts.ts'
import { serverPolicy } from '../../core/rules/server-policy.ts'
import type { Decision, RuleContext, Trial } from '../../core/rules.ts'
import type { AlarmFacts } from '../../core/signal.ts'
import { signalOf } from '../../http/aodh-body.ts'
import { type ServerRow, serverOf } from '../../openstack/nova/server-row.ts'
import type { RuleCase } from '../../schemas/rule-case.d.ts'
import { type SegmentOf, segmentFinder } from './segments.ts'

/** What the rules say of one case. */
export interface Judged {
  readonly about: string
  readonly outcome: string
  readonly rule?: string
  /** What the rule sets in place of the segment's settings. */
  readonly sets?: Written
  readonly priority?: number
  readonly because: string
  readonly tried: readonly Trial[]
}

/** `about` is there once it is known what the case is about. */
export type Judgement = Judged | { readonly about?: string; readonly mistakes: readonly string[] }

export type Judge = (one: RuleCase) => Judgement

/** The rules of the configuration, asked about cases. `nowMs`: of those that name no time. */
export function createJudge(config: Config, nowMs: number): Judge {
  const segmentOf = segmentFinder(config)
  return one => (one.server === undefined ? judgeAlarm(config, one, segmentOf, nowMs) : judgeServer(one, segmentOf))
}

function judgeAlarm(config: Config, one: RuleCase, segmentOf: SegmentOf, nowMs: number): Judgement {
  const body = { alarm_id: '', current: '', ...one.alarm }
  const given = typeof one.host === 'string' ? { name: one.host } : one.host
  const signal = signalOf(body, { actor: 'test', text: '', host: given?.name, hostEventTypes: config.hostEventTypes })
  const { host, alarm } = signal
  if (host === undefined || alarm === undefined)
    return {
      mistakes: [
        'nothing names the host: Aodh\'s body does so only by an event\'s trait, else the URL it is sent to does; write { "host": "compute-01", "alarm": the body }'
      ]
    }
  const segment = segmentOf(host, one.segment)
  if ('mistakes' in segment) return segment
  if ('outside' in segment) return unresolved(`${nameOf(alarm)} of ${host}`, segment.outside)
  const { zone } = config.rules.from.settings
  const atMs = one.at === undefined ? nowMs : momentIn(one.at, zone)
  const past = (one.history ?? []).map(({ openedAt, closedAt, state }) => ({
    state,
    openedAtMs: momentIn(openedAt, zone),
    ...(closedAt === undefined ? {} : { closedAtMs: momentIn(closedAt, zone) })
  }))
  if ([atMs, ...past.flatMap(({ openedAtMs, closedAtMs = 0 }) => [openedAtMs, closedAtMs])].some(Number.isNaN))
    return { mistakes: ['a time must be like 2026-12-24T22:00:00+01:00'] }
  const decision = config.rules.decide({
    source: one.source ?? 'aodh',
    host,
    kind: given?.kind ?? (segment.ok.spares.includes(host) ? 'spare' : 'host'),
    segment: segmentFacts(segment.ok),
    alarm,
    nowMs: atMs,
    past: past.toSorted((a, b) => b.openedAtMs - a.openedAtMs),
    ...(one.definition === undefined ? {} : { definition: definitionOf(one.definition) }),
    ...seenOf(one.host)
  })
  return judgedOf(
    `${nameOf(alarm)} of ${host} (${segment.ok.name})`,
    decision,
    'add it to the case ("definition", or "host" with its zone and so on)'
  )
}

/** What the service says of a host of no segment, before any rule is asked. */
export function unresolved(about: string, because: string): Judged {
  return { about, outcome: 'unresolved', because, tried: [] }
}

export function nameOf({ name, id, current }: AlarmFacts): string {
  return `${name ?? (id || 'alarm')} "${current}"`
}

/** `ifUnknown`: what is to be said where a rule needs what nobody has told. */
export function judgedOf(about: string, decision: Decision, ifUnknown: string): Judgement {
  const { outcome, rule, because, tried, overrides } = decision
  if (outcome === 'lookUp') return { about, mistakes: [`${because}: ${ifUnknown}`] }
  return {
    ...{ about, outcome, because, tried },
    ...(rule === undefined ? {} : { rule }),
    ...(overrides === undefined ? {} : { sets: writtenOf(overrides) })
  }
}

function definitionOf(given: NonNullable<RuleCase['definition']>): DefinitionFacts {
  return { name: '', type: '', project: '', description: '', enabled: true, repeatActions: false, ...given }
}

/** A name alone tells nothing of what Nova says. */
function seenOf(host: RuleCase['host']): Pick<RuleContext, 'seen'> {
  if (host === undefined || typeof host === 'string' || Object.keys(host).every(key => key === 'name')) return {}
  const { name: _name, kind: _kind, ...told } = host
  const seen: HostFacts = {
    zone: '',
    aggregates: [],
    status: 'enabled',
    state: 'down',
    forcedDown: false,
    disabledReason: '',
    ...told
  }
  return { seen }
}

function judgeServer(one: RuleCase, segmentOf: SegmentOf): Judgement {
  const row = (one.server ?? {}) as Partial<ServerRow>
  const server = serverOf({ image: '', 'OS-EXT-STS:vm_state': 'active', ...row, id: row.id ?? 'server' })
  const host = typeof one.host === 'string' ? { name: one.host } : one.host
  const name = host?.name ?? server.host ?? ''
  const segment = segmentOf(name, one.segment)
  if ('mistakes' in segment) return segment
  if ('outside' in segment) return { mistakes: [`${segment.outside}, so nothing of it is moved`] }
  const { group } = one
  const decision = serverPolicy(segment.ok.settings.servers ?? []).decide({
    server,
    imageProperties: one.imageProperties ?? {},
    host: { name, zone: '', aggregates: [], ...host },
    segment: segment.ok.name,
    ...(group === undefined
      ? {}
      : { group: { id: group.id ?? '', name: group.name ?? '', policy: group.policy, members: [], maxPerHost: 1 } })
  })
  const { then, rule, priority, tried } = decision
  const because = rule === undefined ? 'no rule matches' : `rule "${rule}" says ${then}`
  const about = `server ${server.name} of ${name || 'a host'} (${segment.ok.name})`
  return { about, outcome: then, priority, because, tried, ...(rule === undefined ? {} : { rule }) }
}
