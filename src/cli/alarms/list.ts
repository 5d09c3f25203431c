import type { Environment } from '../../config/read-yaml.ts'
import type { AodhRow } from '../../openstack/alarms/book.ts'
import type { AlarmList } from '../../schemas/alarm-list.d.ts'
import { table } from '../table.ts'
import type { AlarmsOutput } from './apply.ts'
import { type Setting, withSetting } from './setting.ts'

/** Every alarm that tells us, and the hosts that have none. True when each host has one. */
export async function listAlarms(file: string, env: Environment, { json, out }: AlarmsOutput): Promise<boolean> {
  return await withSetting(file, env, async ({ hosts, read, world }) => {
    const alarms = listOf(await world.openstack.alarmBook.all(), read)
    const without = hosts.filter(name => !alarms.some(({ enabled, host }) => enabled && host === name))
    const list: AlarmList = { alarms, without }
    out.write(json ? `${JSON.stringify(list, undefined, 2)}\n` : textOf(list, hosts.length))
    return without.length === 0
  })
}

function listOf(rows: readonly AodhRow[], read: Setting['read']): AlarmList['alarms'] {
  return rows.flatMap(row => {
    const { pointsAtUs, host, madeFor, testOf } = read(row)
    if (!pointsAtUs || testOf !== undefined) return []
    const { alarm_id: alarm, name, type, severity, state, enabled } = row
    const shown = { alarm, name, type, severity, state, enabled, ours: madeFor !== undefined }
    return [host === undefined ? shown : { host, ...shown }]
  })
}

function textOf({ alarms, without }: AlarmList, hosts: number): string {
  const rows = alarms.map(({ alarm, host = '-', name, type, severity, state, enabled, ours }) => [
    ...[host, name, type, severity, enabled ? state : 'disabled', ours ? 'ours' : 'made by others'],
    alarm
  ])
  const missing = without.map(host => [host, 'none', '-', '-', '-', '-', '-'])
  return `${table([...rows, ...missing])}\n${alarms.length} alarms; ${without.length} of ${hosts} hosts have none\n`
}
