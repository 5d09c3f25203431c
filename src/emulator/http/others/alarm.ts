import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import {
  type AlarmChange,
  addAlarm,
  alarmStates,
  type Condition,
  type ModelAlarm,
  noteEdit,
  setAlarmState
} from '../../model/alarms.ts'
import { pythonJson } from '../../model/python-json.ts'
import { Refusal } from '../../model/refusal.ts'
import { authenticate, callerOf, type Face, queryOf } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'
import { bareTime } from '../times.ts'

interface AlarmBody {
  readonly name?: string
  readonly description?: string
  readonly type?: string
  readonly enabled?: boolean
  readonly severity?: string
  readonly repeat_actions?: boolean
  readonly alarm_actions?: readonly string[]
  readonly ok_actions?: readonly string[]
  readonly insufficient_data_actions?: readonly string[]
  readonly state?: string
  readonly event_rule?: { readonly event_type?: string; readonly query?: readonly Condition[] }
}

/** Aodh: event alarms. */
export const aodhRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  answerFaults(app, (status, message) =>
    status === 401 ? faultBodies.keystone(status, message) : faultBodies.aodh(status, message)
  )
  app.addHook('onRequest', async request => authenticate(face, request))
  app.get('/v2/alarms', request => listed(face, request).map(alarmView))
  app.post<{ Body: AlarmBody }>('/v2/alarms', (request, reply) => {
    const { name, type, event_rule: rule } = request.body ?? {}
    if (name === undefined)
      throw new Refusal(400, "Invalid input for field/attribute name. Value: 'None'. Mandatory field missing.")
    if (type !== 'event') throw new Refusal(400, `Only alarms of type event are known here, not ${type}`)
    const caller = callerOf(request)
    const made = addAlarm(world, {
      name,
      ...(request.body.state === undefined ? {} : { state: stateOf(request.body.state) }),
      rule: { eventType: rule?.event_type ?? '*', query: rule?.query ?? [] },
      projectId: caller.projectId,
      userId: caller.user.id
    })
    change(made, request.body)
    return reply.code(201).send(alarmView(made))
  })
  app.get<{ Params: { id: string } }>('/v2/alarms/:id', request => alarmView(known(face, request, request.params.id)))
  app.put<{ Params: { id: string }; Body: AlarmBody }>('/v2/alarms/:id', request => {
    const alarm = known(face, request, request.params.id)
    change(alarm, request.body)
    alarm.timestampMs = world.clock.now()
    const { state, ...detail } = request.body
    noteEdit(world, alarm, detail, state === undefined ? undefined : stateOf(state))
    return alarmView(alarm)
  })
  app.delete<{ Params: { id: string } }>('/v2/alarms/:id', (request, reply) => {
    world.alarms.delete(known(face, request, request.params.id).id)
    return reply.code(204).send()
  })
  app.get<{ Params: { id: string } }>('/v2/alarms/:id/state', (request, reply) =>
    reply.type('application/json').send(JSON.stringify(known(face, request, request.params.id).state))
  )
  // The body is JSON text, not an object. It runs no action.
  app.put<{ Params: { id: string }; Body: unknown }>('/v2/alarms/:id/state', (request, reply) => {
    const alarm = known(face, request, request.params.id)
    setAlarmState(world, alarm, stateOf(request.body))
    return reply.type('application/json').send(JSON.stringify(alarm.state))
  })
  app.get<{ Params: { id: string } }>('/v2/alarms/:id/history', request => historyOf(face, request, request.params.id))
  // With it a client finds an alarm by its name.
  app.post<{ Body: { filter?: string } }>('/v2/query/alarms', request => {
    const wanted = nameIn(JSON.parse(request.body?.filter ?? '{}'))
    return listed(face, request)
      .filter(alarm => wanted === undefined || alarm.name === wanted)
      .map(alarmView)
  })
  done()
}

/** `{"=": {"name": NAME}}`, alone or among others. */
function nameIn(filter: unknown): string | undefined {
  if (typeof filter !== 'object' || filter === null) return undefined
  if ('name' in filter && typeof filter.name === 'string') return filter.name
  return Object.values(filter)
    .map(nameIn)
    .find(name => name !== undefined)
}

function known(face: Face, request: FastifyRequest, id: string): ModelAlarm {
  const alarm = face.world.alarms.get(id)
  const { isAdmin, projectId } = callerOf(request)
  if (alarm === undefined || (!isAdmin && alarm.projectId !== projectId)) {
    throw new Refusal(404, `Alarm ${id} not found${isAdmin ? '' : ` in project ${projectId}`}`)
  }
  return alarm
}

/** `q.field=state&q.op=eq&q.value=alarm`, as often as wanted. */
function listed(face: Face, request: FastifyRequest): ModelAlarm[] {
  const { isAdmin, projectId } = callerOf(request)
  const query = queryOf(request)
  const fields = [query['q.field'] ?? []].flat()
  const values = [query['q.value'] ?? []].flat()
  const wanted = new Map(fields.map((field, index) => [field, values[index] ?? '']))
  const all = isAdmin && wanted.get('all_projects')?.toLowerCase() === 'true'
  const found = [...face.world.alarms.values()].filter(alarm => {
    if (!all && alarm.projectId !== (wanted.get('project_id') ?? projectId)) return false
    const { name, enabled, state, severity } = alarm
    const own: Readonly<Record<string, string>> = { name, state, severity, type: 'event', enabled: String(enabled) }
    return [...wanted].every(([field, value]) => !(field in own) || own[field]?.toLowerCase() === value.toLowerCase())
  })
  const [limit] = [query.limit ?? []].flat()
  return limit === undefined ? found : found.slice(0, Number(limit))
}

function change(alarm: ModelAlarm, body: AlarmBody): void {
  const rule = body.event_rule
  Object.assign(alarm, {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
    ...(body.severity === undefined ? {} : { severity: body.severity }),
    ...(body.repeat_actions === undefined ? {} : { repeat: body.repeat_actions }),
    ...(body.alarm_actions === undefined ? {} : { alarmActions: body.alarm_actions }),
    ...(body.ok_actions === undefined ? {} : { okActions: body.ok_actions }),
    ...(body.insufficient_data_actions === undefined
      ? {}
      : { insufficientDataActions: body.insufficient_data_actions }),
    ...(rule === undefined ? {} : { rule: { eventType: rule.event_type ?? '*', query: rule.query ?? [] } })
  })
}

/** The newest first, of one type if one is asked for. */
function historyOf(face: Face, request: FastifyRequest, id: string): object[] {
  const alarm = known(face, request, id)
  const { 'q.field': field, 'q.value': type, limit } = queryOf(request)
  const changes = alarm.history.filter(change => field !== 'type' || change.type === type).toReversed()
  return changes.slice(0, limit === undefined ? changes.length : Number(limit)).map(change => changeView(alarm, change))
}

function changeView(alarm: ModelAlarm, { id, type, detail, atMs, byEvaluator }: AlarmChange): object {
  return {
    event_id: id,
    alarm_id: alarm.id,
    type,
    detail: pythonJson(detail),
    project_id: byEvaluator ? null : alarm.projectId,
    user_id: byEvaluator ? null : alarm.userId,
    on_behalf_of: alarm.projectId,
    timestamp: bareTime(atMs)
  }
}

function stateOf(value: unknown): string {
  if (typeof value === 'string' && alarmStates.includes(value)) return value
  throw new Refusal(400, 'state invalid')
}

function alarmView(alarm: ModelAlarm): object {
  return {
    alarm_id: alarm.id,
    name: alarm.name,
    description: alarm.description,
    type: 'event',
    enabled: alarm.enabled,
    severity: alarm.severity,
    repeat_actions: alarm.repeat,
    alarm_actions: alarm.alarmActions,
    ok_actions: alarm.okActions,
    insufficient_data_actions: alarm.insufficientDataActions,
    time_constraints: [],
    event_rule: {
      event_type: alarm.rule.eventType,
      query: alarm.rule.query.map(({ field, op = 'eq', type = '', value }) => ({ field, op, type, value }))
    },
    state: alarm.state,
    state_reason: alarm.stateReason,
    state_timestamp: bareTime(alarm.stateTimestampMs),
    timestamp: bareTime(alarm.timestampMs),
    project_id: alarm.projectId,
    user_id: alarm.userId,
    evaluate_timestamp: bareTime(alarm.timestampMs)
  }
}
