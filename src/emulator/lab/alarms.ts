import { adminProject } from '../http/keystone/identity.ts'
import { addAlarm, alarmStates, setAlarmState } from '../model/alarms.ts'
import { emitHostEvent } from '../model/host-monitor.ts'
import { type Stage, said, type Verb } from './stage.ts'
import { LabError, type Words } from './words.ts'

/** `alarm host-down --url URL --host HOST | set-state ID STATE | delete ID | list` */
export const alarmVerb: Verb = (stage, words) => {
  const { world } = stage.face
  const [what, id = '', state = ''] = words.plain
  if (what === 'host-down') return said(hostDown(stage, words))
  if (what === 'list') {
    const rows = [...world.alarms.values()]
    return said(...rows.map(each => `${each.id} ${each.name} event ${each.state} ${each.alarmActions.join(' ')}`))
  }
  const alarm = world.alarms.get(id)
  if (alarm === undefined) throw new LabError(`there is no alarm ${id}`)
  if (what === 'delete') world.alarms.delete(id)
  else if (what !== 'set-state' || !alarmStates.includes(state))
    throw new LabError(`an alarm knows no ${what} ${state}`)
  else setAlarmState(world, alarm, state)
  return said(alarm.state)
}

function hostDown(stage: Stage, words: Words): string {
  const [url, host] = [words.option('url'), words.option('host')]
  if (url === undefined) throw new LabError('--url is wanted')
  const okUrl = words.option('ok-url')
  const event = words.option('event') ?? 'compute.host.down'
  const equals = (trait: string, value: string) => ({ field: `traits.${trait}`, op: 'eq', type: 'string', value })
  const query = [
    ...(host === undefined ? [] : [equals('host', host)]),
    // Nova tells of every change of a service.
    ...(event === 'service.update' ? [equals('forced_down', 'True')] : [])
  ]
  return addAlarm(stage.face.world, {
    name: words.option('name') ?? `host-down-${host ?? 'any'}`,
    severity: 'critical',
    repeat: words.flag('repeat'),
    alarmActions: [url],
    okActions: okUrl === undefined ? [] : [okUrl],
    rule: { eventType: event, query },
    projectId: adminProject.id
  }).id
}

/** `emit HOST --event TYPE` */
export const emitVerb: Verb = ({ face: { world, evaluator } }, words) => {
  const [host] = words.plain
  if (host === undefined) throw new LabError('which host?')
  const type = words.option('event') ?? 'compute.host.down'
  const reason = words.option('reason') ?? 'sent by hand'
  emitHostEvent(world, evaluator, { host, type, projectId: adminProject.id, reason })
  return said(`${type} of ${host} is on the queue`)
}
