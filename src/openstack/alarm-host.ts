/** An alarm as Aodh shows it; the rule lies below `<type>_rule`. */
export interface AlarmRow {
  readonly type: string
  readonly [rule: string]: unknown
}

/** What a rule says about its host. `ask`: only Gnocchi knows, by the id of a nova_compute resource or of a metric. */
export type HostHint = { readonly host: string } | { readonly ask: 'resource' | 'metric'; readonly id: string }

/** Every host that the alarm's rule names, in Aodh's own terms; the alarm's name is never looked at. */
export function hostHints(alarm: AlarmRow): HostHint[] {
  const rule = alarm[`${alarm.type}_rule`]
  if (alarm.type === 'composite') return hintsOfComposite(rule)
  return isRecord(rule) ? hintsOfRule(alarm.type, rule) : []
}

/** The one host that all hints agree on; two different ones make none. */
export function onlyHost(hosts: readonly string[]): string | undefined {
  const distinct = new Set(hosts)
  return distinct.size === 1 ? [...distinct][0] : undefined
}

/** The host that the rule names by itself, without a look at Gnocchi. */
export function ruleHost(alarm: AlarmRow): string | undefined {
  const hints = hostHints(alarm)
  return hints.every(hint => 'host' in hint) ? onlyHost(hints.map(({ host }) => host)) : undefined
}

/** `<host>_<node>`, as Ceilometer names a nova_compute resource; undefined when it can be cut in more than one way. */
export function hostOfResourceName(name: string): string | undefined {
  const parts = name.split('_')
  if (parts.length % 2 === 1 || parts.length === 0) return undefined
  const half = parts.slice(0, parts.length / 2).join('_')
  if (parts.length === 2) return half === '' ? undefined : half
  return half === parts.slice(parts.length / 2).join('_') ? half : undefined
}

function hintsOfRule(type: string, rule: Readonly<Record<string, unknown>>): HostHint[] {
  switch (type) {
    case 'event':
      return hintsOfEvent(rule)
    case 'gnocchi_resources_threshold':
      return rule.resource_type === 'nova_compute' ? hintOfResource(rule.resource_id) : []
    case 'gnocchi_aggregation_by_metrics_threshold':
      return strings(rule.metrics).map(id => ({ ask: 'metric', id }))
    case 'gnocchi_aggregation_by_resources_threshold':
      return rule.resource_type === 'nova_compute' ? hintsOfGnocchiQuery(parse(rule.query)) : []
    case 'prometheus':
      return typeof rule.query === 'string' ? hintsOfPromql(rule.query) : []
    default:
      return []
  }
}

/** `{or: [{and: [...]}, ...]}` down to rules that carry their own type. */
function hintsOfComposite(node: unknown): HostHint[] {
  if (Array.isArray(node)) return node.flatMap(hintsOfComposite)
  if (!isRecord(node)) return []
  if (typeof node.type === 'string') return hintsOfRule(node.type, node)
  return Object.values(node).flatMap(hintsOfComposite)
}

function hintsOfEvent(rule: Readonly<Record<string, unknown>>): HostHint[] {
  if (typeof rule.event_type === 'string' && mayBeOfInstances(rule.event_type)) return []
  const conditions = Array.isArray(rule.query) ? rule.query.filter(isRecord) : []
  return conditions.flatMap(({ field, op, value }) => {
    const isHost = field === 'traits.host' || field === 'traits.hostname'
    return isHost && (op === undefined || op === 'eq') && typeof value === 'string' ? [{ host: value }] : []
  })
}

/** The trait `host` of compute.instance.* names who sent the event, which may be an API node. */
function mayBeOfInstances(pattern: string): boolean {
  const [fixed = ''] = pattern.split(/[*?[]/)
  const prefix = 'compute.instance.'
  return fixed.startsWith(prefix) || (fixed !== pattern && prefix.startsWith(fixed))
}

function hintOfResource(id: unknown): HostHint[] {
  if (typeof id !== 'string') return []
  const host = hostOfResourceName(id)
  return host === undefined ? [{ ask: 'resource', id }] : [{ host }]
}

/** Only what must hold counts: a host below `or` or `not` is no host of the alarm. */
function hintsOfGnocchiQuery(query: unknown): HostHint[] {
  if (!isRecord(query)) return []
  return Object.entries(query).flatMap(([operator, value]) => {
    if (operator === 'and' && Array.isArray(value)) return value.flatMap(hintsOfGnocchiQuery)
    if ((operator !== '=' && operator !== 'eq') || !isRecord(value)) return []
    return Object.entries(value).flatMap(([attribute, host]) =>
      (attribute === 'host_name' || attribute === 'host') && typeof host === 'string' ? [{ host }] : []
    )
  })
}

/** Exact matchers of the labels that name a host; an `instance` carries its exporter's port. */
function hintsOfPromql(query: string): HostHint[] {
  const matchers = query.matchAll(/(?<![\w"'])(host|hostname|instance)\s*=\s*(?:"([^"\\]+)"|'([^'\\]+)')/g)
  return [...matchers].map(([, label, double, single]) => {
    const value = double ?? single ?? ''
    return { host: label === 'instance' ? value.replace(/:\d+$/, '') : value }
  })
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
