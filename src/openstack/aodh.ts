import type { AlarmDefinition, Alarms, FiringAlarm, KnownAlarm } from '../controller/ports/ports.ts'
import { CloudError } from '../errors.ts'
import { bases } from './access/catalog.ts'
import { timeOf } from './access/times.ts'
import { type AlarmRow, type HostHint, hostHints, hostOfResourceName, onlyHost, ruleHost } from './alarm-host.ts'
import { type Access, createService, type Service } from './service.ts'

export interface Aodh extends Alarms {
  readonly service: Service
}

interface DefinitionRow extends AlarmRow {
  readonly alarm_id: string
  readonly name: string
  readonly enabled: boolean
  readonly state: string
  readonly state_timestamp?: string | null
  readonly project_id: string
  readonly description?: string | null
  readonly repeat_actions: boolean
  readonly severity?: string
  readonly state_reason?: string | null
  readonly alarm_actions?: readonly string[]
}

export function createAodh(access: Access): Aodh {
  const service = createService({ name: 'Aodh', types: ['alarm', 'alarming'], base: bases.aodh }, access)
  const gnocchi = createService({ name: 'Gnocchi', types: ['metric'], base: bases.gnocchi }, access)
  return {
    service,
    async definition(alarmId, signal) {
      const row = await unlessMissing(service.get<DefinitionRow>(`/alarms/${encodeURIComponent(alarmId)}`, { signal }))
      return row === undefined ? undefined : definitionOf(row, await hostOf(gnocchi, row, signal))
    },
    async all(signal) {
      const { body } = await service.get<DefinitionRow[]>('/alarms?q.field=all_projects&q.op=eq&q.value=true', {
        signal
      })
      return body.map(knownOf)
    },
    async firing(signal) {
      const { body, dateMs } = await service.get<DefinitionRow[]>(`/alarms?${firingQuery}`, { signal })
      const nowMs = dateMs ?? access.clock.now()
      return body.flatMap(row => (row.state === 'alarm' && row.enabled ? [firingOf(row, nowMs)] : []))
    },
    async lastFiring(alarmId, signal) {
      const path = `/alarms/${encodeURIComponent(alarmId)}/history?${transitionsQuery}`
      const { body, dateMs } = await service.get<ChangeRow[]>(path, { signal })
      const atMs = timeOf(body.find(isToAlarm)?.timestamp)
      if (atMs === undefined) return undefined
      return { atMs, ageMs: Math.max(0, (dateMs ?? access.clock.now()) - atMs) }
    },
    // The body is JSON text, not an object.
    rearm: (alarmId, signal) => service.send('PUT', `/alarms/${encodeURIComponent(alarmId)}/state`, 'ok', { signal })
  }
}

/** Aodh asks for each condition in three parts. */
const firingQuery = Object.entries({ state: 'alarm', all_projects: 'true' })
  .map(([field, value]) => `q.field=${field}&q.op=eq&q.value=${value}`)
  .join('&')

/** Newest first. The newest may be one that came after the alarm was seen to fire. */
const transitionsQuery = 'q.field=type&q.op=eq&q.value=state%20transition&limit=20'

interface ChangeRow {
  readonly timestamp: string
  /** JSON text. */
  readonly detail: string
}

function isToAlarm({ detail }: ChangeRow): boolean {
  try {
    const change: unknown = JSON.parse(detail)
    return typeof change === 'object' && change !== null && 'state' in change && change.state === 'alarm'
  } catch {
    return false
  }
}

function firingOf(row: DefinitionRow, nowMs: number): FiringAlarm {
  const setAtMs = timeOf(row.state_timestamp) ?? 0
  const { event_type: eventType } = (row.event_rule ?? {}) as { event_type?: unknown }
  return {
    id: row.alarm_id,
    name: row.name,
    type: row.type,
    severity: row.severity ?? 'low',
    reason: row.state_reason ?? '',
    ...(typeof eventType === 'string' ? { eventType } : {}),
    repeatActions: row.repeat_actions,
    setAtMs,
    setAgeMs: Math.max(0, nowMs - setAtMs),
    actions: row.alarm_actions ?? []
  }
}

function knownOf(row: DefinitionRow): KnownAlarm {
  const host = ruleHost(row)
  const actions = row.enabled ? (row.alarm_actions ?? []) : []
  return { id: row.alarm_id, actions, ...(host === undefined ? {} : { host }) }
}

function definitionOf(row: DefinitionRow, host: string | undefined): AlarmDefinition {
  const stateTimestampMs = timeOf(row.state_timestamp)
  return {
    id: row.alarm_id,
    name: row.name,
    type: row.type,
    enabled: row.enabled,
    state: row.state,
    ...(stateTimestampMs === undefined ? {} : { stateTimestampMs }),
    projectId: row.project_id,
    description: row.description ?? '',
    repeatActions: row.repeat_actions,
    ...(host === undefined ? {} : { host })
  }
}

/** A hint that can't be followed makes no host: half of what a rule says must not be taken for the whole. */
async function hostOf(gnocchi: Service, row: DefinitionRow, signal?: AbortSignal): Promise<string | undefined> {
  const hints = hostHints(row)
  const hosts = await Promise.all(
    hints.map(async hint => ('host' in hint ? hint.host : await askGnocchi(gnocchi, hint, signal)))
  )
  const known = hosts.filter(host => host !== undefined)
  return known.length === hints.length ? onlyHost(known) : undefined
}

interface Resource {
  readonly type?: string
  readonly original_resource_id?: string
  readonly host_name?: string | null
  readonly host?: string | null
}

/** undefined when it is no resource of a host, or when the cloud has no Gnocchi. */
async function askGnocchi(
  gnocchi: Service,
  hint: Extract<HostHint, { ask: string }>,
  signal?: AbortSignal
): Promise<string | undefined> {
  if ((await gnocchi.endpoint(signal)) === undefined) return undefined
  const id = encodeURIComponent(hint.id)
  if (hint.ask === 'resource') {
    return hostOfResource(await unlessMissing(gnocchi.get<Resource>(`/resource/nova_compute/${id}`, { signal })))
  }
  const metric = await unlessMissing(gnocchi.get<{ resource?: Resource | null }>(`/metric/${id}`, { signal }))
  return hostOfResource(metric?.resource ?? undefined)
}

function hostOfResource(resource: Resource | undefined): string | undefined {
  if (resource === undefined || resource.type !== 'nova_compute') return undefined
  return resource.host_name ?? resource.host ?? hostOfResourceName(resource.original_resource_id ?? '')
}

async function unlessMissing<T>(answer: Promise<{ readonly body: T }>): Promise<T | undefined> {
  try {
    return (await answer).body
  } catch (error) {
    if (error instanceof CloudError && error.code === 'not-found') return undefined
    throw error
  }
}
