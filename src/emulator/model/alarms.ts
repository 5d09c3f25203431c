import type { World } from './world.ts'

/** An event alarm as Aodh keeps it. */
export interface ModelAlarm {
  readonly id: string
  name: string
  description: string
  enabled: boolean
  severity: string
  repeat: boolean
  readonly projectId: string
  readonly userId: string
  rule: { readonly eventType: string; readonly query: readonly Condition[] }
  alarmActions: readonly string[]
  okActions: readonly string[]
  insufficientDataActions: readonly string[]
  state: string
  stateReason: string
  /** When the API last set its state: the evaluator does not touch it. */
  stateTimestampMs: number
  timestampMs: number
  /** Oldest first. */
  readonly history: AlarmChange[]
}

/** A line of an alarm's history. */
export interface AlarmChange {
  readonly id: string
  readonly type: 'creation' | 'rule change' | 'state transition'
  readonly detail: Readonly<Record<string, unknown>>
  readonly atMs: number
  /** By Aodh itself: no user and no project is named. */
  readonly byEvaluator: boolean
}

export interface Condition {
  readonly field: string
  readonly op?: string
  readonly type?: string
  readonly value: string
}

/** Something that was sent on the message bus. */
export interface CloudEvent {
  readonly messageId: string
  readonly type: string
  readonly atMs: number
  /** Text traits; an event without a project_id or tenant_id matches nothing. */
  readonly traits: Readonly<Record<string, string>>
}

/** One call of one action of an alarm. */
export interface Notification {
  readonly url: string
  readonly alarm: ModelAlarm
  readonly previous: string
  readonly event: CloudEvent
  readonly reason: string
}

const stateOk = 'ok'
const stateAlarm = 'alarm'
export const stateUnknown = 'insufficient data'
export const alarmStates = [stateOk, stateAlarm, stateUnknown]

export type AlarmChoice = Pick<ModelAlarm, 'name' | 'rule'> & Partial<Omit<ModelAlarm, 'name' | 'rule'>>

export function addAlarm(world: World, choice: AlarmChoice): ModelAlarm {
  const nowMs = world.clock.now()
  const alarm: ModelAlarm = {
    id: choice.id ?? world.idOf('alarm', choice.name),
    description: `Alarm when ${choice.rule.eventType} event occurred.`,
    enabled: true,
    severity: 'low',
    repeat: false,
    projectId: 'admin',
    userId: 'admin',
    alarmActions: [],
    okActions: [],
    insufficientDataActions: [],
    state: stateUnknown,
    stateReason: 'Not evaluated yet',
    stateTimestampMs: nowMs,
    timestampMs: nowMs,
    history: [],
    ...choice
  }
  world.alarms.set(alarm.id, alarm)
  noteChange(world, alarm, { type: 'creation', detail: { name: alarm.name, state: alarm.state }, byEvaluator: false })
  return alarm
}

const dayMs = 86_400_000

/** The alarm of a host, which is there since long, gets into a state; whether anybody hears of it is another matter. */
export function hostAlarm(world: World, host: string, state: string): ModelAlarm {
  const id = `alarm-of-${host}`
  const madeAtMs = world.clock.now() - dayMs
  const alarm =
    world.alarms.get(id) ??
    addAlarm(world, {
      id,
      name: `host-down-${host}`,
      rule: { eventType: 'compute.host.down', query: [{ field: 'traits.host', value: host }] },
      alarmActions: [`http://switchover/v1/alarms/${host}`],
      timestampMs: madeAtMs,
      stateTimestampMs: madeAtMs
    })
  evaluateTo(world, alarm, state, `the monitor says ${state}`)
  return alarm
}

/** What the evaluator found: it writes down the state and its history, and leaves the state's date as it is. */
export function evaluateTo(world: World, alarm: ModelAlarm, state: string, reason: string): void {
  const isChange = alarm.state !== state
  alarm.state = state
  alarm.stateReason = reason
  if (!isChange && !alarm.repeat) return
  noteChange(world, alarm, {
    type: 'state transition',
    detail: { state, transition_reason: reason },
    byEvaluator: true
  })
}

/** Writes it down and runs no action, as a PUT of the state does. */
export function setAlarmState(world: World, alarm: ModelAlarm, state: string): void {
  dateState(world, alarm, state)
  const detail = { state, state_reason: alarm.stateReason }
  noteChange(world, alarm, { type: 'state transition', detail, byEvaluator: false })
}

/** A PUT of the whole alarm: another state is dated, and is no transition to its history. */
export function noteEdit(
  world: World,
  alarm: ModelAlarm,
  detail: Readonly<Record<string, unknown>>,
  state?: string
): void {
  if (state !== undefined && state !== alarm.state) dateState(world, alarm, state)
  noteChange(world, alarm, { type: 'rule change', detail, byEvaluator: false })
}

function dateState(world: World, alarm: ModelAlarm, state: string): void {
  alarm.state = state
  alarm.stateReason = 'Manually set via API'
  alarm.stateTimestampMs = world.clock.now()
}

function noteChange(world: World, alarm: ModelAlarm, change: Omit<AlarmChange, 'id' | 'atMs'>): void {
  alarm.history.push({
    ...change,
    id: world.idOf('change', `${alarm.name}/${alarm.history.length}`),
    atMs: world.clock.now()
  })
}

/** When it last came to be in `alarm`, by its history; undefined when it never did. */
export function lastFiringMs(alarm: ModelAlarm): number | undefined {
  return alarm.history.findLast(({ type, detail }) => type === 'state transition' && detail.state === stateAlarm)?.atMs
}

/** The host that its rule names. */
export function hostOfAlarm(alarm: ModelAlarm): string | undefined {
  return alarm.rule.query.find(condition => condition.field === 'traits.host')?.value
}
