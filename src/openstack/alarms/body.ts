import { type AlarmTemplate, fillHost, type Threshold } from '../../core/alarm-template.ts'

/** An alarm as it is sent to Aodh; its rule lies below `<type>_rule`. */
export interface AlarmBody {
  readonly name: string
  readonly description: string
  readonly type: string
  readonly severity: string
  readonly repeat_actions: boolean
  readonly alarm_actions: readonly string[]
  readonly ok_actions: readonly string[]
  readonly insufficient_data_actions: readonly string[]
  readonly [rule: string]: unknown
}

/** Alarms that we made begin so, whatever they are called, and name their host. */
const mark = /^Switchover: is (\S+) down\?/
const testMark = /^Switchover: a test for (\S+)\./

/** The host for which we made it; undefined for an alarm of others. */
export function madeFor(description: string | undefined): string | undefined {
  return mark.exec(description ?? '')?.[1]
}

/** The host for which a test made it. */
export function madeForTest(description: string | undefined): string | undefined {
  return testMark.exec(description ?? '')?.[1]
}

/**
 * The alarm of a host. What Aodh finds is told to `action`. That it is well again is not, if it is told again and again: Aodh would
 * tell that of each host that is well too, each minute, for ever. An event alarm never gets well by itself.
 */
export function alarmBody(template: AlarmTemplate, host: string, action: string): AlarmBody {
  const filled = fillHost(template, host)
  const { type, rule } = ruleOf(filled, host)
  return {
    name: filled.name,
    description: `Switchover: is ${host} down? "switchover alarms apply" takes changes back, and removes it with the host.`,
    type,
    severity: filled.severity,
    repeat_actions: filled.repeatActions,
    alarm_actions: [action],
    ok_actions: type === 'event' || filled.repeatActions ? [] : [action],
    insufficient_data_actions: [],
    [`${type}_rule`]: rule
  }
}

/**
 * The alarm of a test: told once, and never when it gets well. `eventHost` is the host that the events of the test name,
 * which is none, so that no true alarm hears them.
 */
export function testBody(
  template: AlarmTemplate,
  { host, eventHost, action, name }: { host: string; eventHost: string; action: string; name: string }
): AlarmBody {
  return {
    ...alarmBody(template, template.event === undefined ? host : eventHost, action),
    name,
    description: `Switchover: a test for ${host}. It may be removed.`,
    severity: 'low',
    repeat_actions: false,
    ok_actions: []
  }
}

interface Rule {
  readonly type: string
  readonly rule: object
}

function ruleOf({ event, gnocchi, prometheus }: AlarmTemplate, host: string): Rule {
  if (event !== undefined) {
    const query = [{ field: `traits.${event.trait}`, op: 'eq', type: 'string', value: host }]
    return { type: 'event', rule: { event_type: event.type, query } }
  }
  if (gnocchi !== undefined) return gnocchiRule(gnocchi)
  if (prometheus === undefined) throw new Error('a template has one of event, gnocchi and prometheus')
  // Aodh asks for the value of one moment: a number of periods it refuses.
  return { type: 'prometheus', rule: { query: prometheus.query, ...condition(prometheus) } }
}

function gnocchiRule(gnocchi: NonNullable<AlarmTemplate['gnocchi']>): Rule {
  const { metric, resourceType, query, aggregation, granularitySeconds, periods } = gnocchi
  const rule = {
    metric,
    query,
    resource_type: resourceType,
    aggregation_method: aggregation,
    granularity: granularitySeconds,
    ...condition(gnocchi),
    evaluation_periods: periods
  }
  // A resource's own name is another id for each user of Gnocchi, so Aodh finds none by the name that others gave.
  return { type: 'gnocchi_aggregation_by_resources_threshold', rule }
}

function condition({ operator, threshold }: Threshold): object {
  return { comparison_operator: operator, threshold }
}
