import { plainAction } from '../../http/action-url.ts'
import type { AlarmBody } from '../../openstack/alarms/body.ts'
import type { AodhRow } from '../../openstack/alarms/book.ts'
import { type Difference, differencesOf } from '../../openstack/alarms/differences.ts'
import type { Reading } from './setting.ts'

/** What is to be done about one alarm of ours. */
export interface AlarmChange {
  readonly action: 'create' | 'update' | 'remove' | 'keep'
  readonly host: string
  readonly name: string
  /** Why, a sentence; secrets are left out. */
  readonly because: string
  readonly row?: AodhRow
  readonly body?: AlarmBody
}

interface Wanted {
  readonly hosts: readonly string[]
  readonly bodyFor: (host: string) => AlarmBody
  readonly read: (row: AodhRow) => Reading
  readonly nowMs: number
}

/** A test that was killed leaves its alarm behind; one that is younger than this may still be at work. */
const testsLastMs = 3_600_000

/** One alarm for each host; what others made is not looked at. */
export function planAlarms(rows: readonly AodhRow[], { hosts, bodyFor, read, nowMs }: Wanted): AlarmChange[] {
  const ours = new Map<string, AodhRow[]>()
  const leftovers: AlarmChange[] = []
  for (const row of rows.toSorted((a, b) => (a.alarm_id < b.alarm_id ? -1 : 1))) {
    const { madeFor, testOf } = read(row)
    if (madeFor !== undefined) ours.set(madeFor, [...(ours.get(madeFor) ?? []), row])
    else if (testOf !== undefined && nowMs - Date.parse(`${row.timestamp}Z`) > testsLastMs)
      leftovers.push(remove(row, testOf, 'a test left it behind'))
  }
  const wanted = hosts.flatMap(host => changesFor(host, ours.get(host) ?? [], bodyFor(host)))
  const gone = [...ours].filter(([host]) => !hosts.includes(host))
  return [
    ...wanted,
    ...gone.flatMap(([host, alarms]) => alarms.map(row => remove(row, host, 'is a host of no segment'))),
    ...leftovers
  ]
}

function changesFor(host: string, rows: readonly AodhRow[], body: AlarmBody): AlarmChange[] {
  const [row, ...others] = rows.toSorted((a, b) => Number(b.type === body.type) - Number(a.type === body.type))
  if (row === undefined) return [{ action: 'create', host, name: body.name, because: 'has no alarm of ours', body }]
  const more = others.map(other => remove(other, host, 'has another one'))
  if (row.type !== body.type) {
    const because = `its type is to be ${body.type}, and that can't be changed`
    return [{ action: 'create', host, name: body.name, because, body }, remove(row, host, because), ...more]
  }
  const differences = differencesOf(row, body)
  const disabled = row.enabled ? '' : 'it is disabled, and stays so'
  if (differences.length === 0)
    return [{ action: 'keep', host, name: row.name, because: disabled || 'is as it should be', row }, ...more]
  const because = [...differences.map(said), ...(disabled === '' ? [] : [disabled])].join('; ')
  return [{ action: 'update', host, name: body.name, because, row, body }, ...more]
}

function remove(row: AodhRow, host: string, because: string): AlarmChange {
  return { action: 'remove', host, name: row.name, because, row }
}

/** Actions hold secrets: of those only the place is shown. */
function said({ setting, is, shouldBe }: Difference): string {
  if (!setting.endsWith('_actions')) return `${setting}: ${text(is)} -> ${text(shouldBe)}`
  const [before, after] = [places(is), places(shouldBe)]
  return before === after ? `${setting}: another token` : `${setting}: ${before} -> ${after}`
}

function places(actions: unknown): string {
  const urls = Array.isArray(actions) ? actions.map(action => plainAction(String(action))) : []
  return urls.length === 0 ? 'none' : urls.join(', ')
}

function text(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'nothing')
}
