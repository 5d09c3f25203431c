import type { Config } from '../../config.ts'
import { segmentFacts } from '../../controller/judgement/rule-facts.ts'
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
  readonly approval?: 'none' | 'required'
  readonly priority?: number
  readonly because: string
  readonly tried: readonly Trial[]
}

export type Judge = (one: RuleCase) => Judged | { readonly mistakes: readonly string[] }

/** The rules of the configuration, asked about cases. `nowMs`: of those that name no time. */
export function createJudge(config: Config, nowMs: number): Judge {
  const segmentOf = segmentFinder(config)
  return one => (one.server === undefined ? judgeAlarm(config, one, segmentOf, nowMs) : judgeServer(one, segmentOf))
}

function judgeAlarm(config: Config, one: RuleCase, segmentOf: SegmentOf, nowMs: number): ReturnType<Judge> {
  const body = { alarm_id: '', current: '', ...one.alarm }
  const given = typeof one.host === 'string' ? { name: one.host } : one.host
  const signal = signalOf(body, { actor: 'test', text: '', host: given?.name, hostEventTypes: config.hostEventTypes })
  const { host, alarm } = signal
  if (host === undefined || alarm === undefined)
    return { mistakes: ['nothing names the host: add "host" beside "alarm"'] }
  const segment = segmentOf(host, one.segment)
  if ('mistakes' in segment) return segment
  const atMs = one.at === undefined ? nowMs : Date.parse(one.at)
  const past = (one.history ?? []).map(({ openedAt, closedAt, state }) => ({
    state,
    openedAtMs: Date.parse(openedAt),
    ...(closedAt === undefined ? {} : { closedAtMs: Date.parse(closedAt) })
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
  return judgedOf(`${nameOf(alarm)} of ${host} (${segment.ok.name})`, decision)
}

export function nameOf({ name, id, current }: AlarmFacts): string {
  return `${name ?? (id || 'alarm')} "${current}"`
}

export function judgedOf(about: string, decision: Decision): ReturnType<Judge> {
  const { outcome, rule, because, tried, overrides } = decision
  if (outcome === 'lookUp')
    return { mistakes: [`${because}: add it to the case ("definition", or "host" with its zone and so on)`] }
  const approval = overrides?.approval
  return {
    ...{ about, outcome, because, tried },
    ...(rule === undefined ? {} : { rule }),
    ...(approval === undefined ? {} : { approval })
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

function judgeServer(one: RuleCase, segmentOf: SegmentOf): ReturnType<Judge> {
  const row: Partial<ServerRow> = one.server ?? {}
  const server = serverOf({ image: '', 'OS-EXT-STS:vm_state': 'active', ...row, id: row.id ?? 'server' })
  const host = typeof one.host === 'string' ? { name: one.host } : one.host
  const name = host?.name ?? server.host ?? ''
  const segment = segmentOf(name, one.segment)
  if ('mistakes' in segment) return segment
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
