import type { CloudEvent, Condition, ModelAlarm, Notification } from './alarms.ts'
import { evaluateTo } from './alarms.ts'
import { pythonJson } from './python-json.ts'
import type { World } from './world.ts'

/** Aodh's listener: it keeps what it knows of each alarm for a while, and forgets what it could not deliver. */
export interface AlarmEvaluator {
  take(event: CloudEvent): void
  /** How long it believes what it read of an alarm, ms; 0 reads each time. Aodh's own default is a minute. */
  cacheMs: number
  /** So many of the next notifications are lost on their way. */
  lose: number
}

export function createAlarmEvaluator(world: World): AlarmEvaluator {
  let read: { readonly atMs: number; readonly alarms: ReadonlyMap<string, Pick<ModelAlarm, 'state' | 'enabled'>> } = {
    atMs: Number.NEGATIVE_INFINITY,
    alarms: new Map()
  }
  const evaluator: AlarmEvaluator = {
    cacheMs: 0,
    lose: 0,
    take(event) {
      const project = event.traits.project_id ?? event.traits.tenant_id
      if (project === undefined) return
      if (world.clock.now() - read.atMs >= evaluator.cacheMs) {
        read = {
          atMs: world.clock.now(),
          alarms: new Map([...world.alarms].map(([id, { state, enabled }]) => [id, { state, enabled }]))
        }
      }
      for (const alarm of world.alarms.values()) {
        const known = read.alarms.get(alarm.id)
        if (known === undefined || !known.enabled || alarm.projectId !== project || !matches(alarm, event)) continue
        if (known.state === 'alarm' && !alarm.repeat) continue
        known.state = 'alarm'
        fire(world, alarm, event, evaluator)
      }
    }
  }
  return evaluator
}

function fire(world: World, alarm: ModelAlarm, event: CloudEvent, evaluator: AlarmEvaluator): void {
  const previous = alarm.state
  const query = alarm.rule.query.map(({ field, op = 'eq', type = 'string', value }) => ({ field, op, type, value }))
  const reason = `Event <id=${event.messageId},event_type=${event.type}> hits the query <query=${pythonJson(query)}>.`
  evaluateTo(world, alarm, 'alarm', reason)
  for (const url of alarm.alarmActions) {
    if (evaluator.lose > 0) {
      evaluator.lose--
      continue
    }
    const notification: Notification = { url, alarm, previous, event, reason }
    for (const listen of world.listeners) listen(notification)
  }
}

function matches(alarm: ModelAlarm, event: CloudEvent): boolean {
  return isLike(event.type, alarm.rule.eventType) && alarm.rule.query.every(condition => holds(condition, event))
}

/** Only traits can be asked for, and all of them are text here. */
function holds({ field, op = 'eq', value }: Condition, event: CloudEvent): boolean {
  const trait = field.startsWith('traits.') ? event.traits[field.slice('traits.'.length)] : undefined
  if (trait === undefined) return false
  return op === 'ne' ? trait !== value : op === 'eq' && trait === value
}

/** The patterns of a shell: * and ? */
function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text)
}
