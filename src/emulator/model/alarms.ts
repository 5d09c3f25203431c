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
  stateTimestampMs: number
  timestampMs: number
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
    ...choice
  }
  world.alarms.set(alarm.id, alarm)
  return alarm
}

/** The alarm of a host gets into a state; whether anybody hears of it is another matter. */
export function hostAlarm(world: World, host: string, state: string): ModelAlarm {
  return addAlarm(world, {
    id: `alarm-of-${host}`,
    name: `host-down-${host}`,
    rule: { eventType: 'compute.host.down', query: [{ field: 'traits.host', value: host }] },
    alarmActions: [`http://switchover/v1/alarms/${host}`],
    state
  })
}

/** Writes it down and runs no action, as a PUT of the state does. */
export function setAlarmState(world: World, alarm: ModelAlarm, state: string, reason = 'Manually set via API'): void {
  alarm.state = state
  alarm.stateReason = reason
  alarm.stateTimestampMs = world.clock.now()
}

/** The host that its rule names. */
export function hostOfAlarm(alarm: ModelAlarm): string | undefined {
  return alarm.rule.query.find(condition => condition.field === 'traits.host')?.value
}
