import { systemClock } from '../../clock.ts'
import type { Environment } from '../../config/read-yaml.ts'
import { CloudError } from '../../errors.ts'
import { alarmBody } from '../../openstack/alarms/body.ts'
import type { AlarmBook } from '../../openstack/alarms/book.ts'
import type { AlarmChanges } from '../../schemas/alarm-changes.d.ts'
import { confirmed } from '../confirm.ts'
import { table } from '../table.ts'
import { type AlarmChange, planAlarms } from './plan.ts'
import { type Setting, withSetting } from './setting.ts'

export interface AlarmsOutput {
  readonly json: boolean
  readonly out: { write(text: string): unknown }
}

/** Shows what `apply` would do. True when nothing is to be done. */
export async function diffAlarms(file: string, env: Environment, output: AlarmsOutput): Promise<boolean> {
  return await withSetting(file, env, async setting => {
    const plan = await planOf(setting)
    const wanted = plan.filter(isToDo)
    show(plan, output, { changed: false, failures: [] })
    if (!output.json) output.out.write(wanted.length === 0 ? 'nothing to do\n' : `${wanted.length} to do\n`)
    return wanted.length === 0
  })
}

/** Brings the alarms of our hosts to what the template says, after showing what will be done. True if all of it is so now. */
export async function applyAlarms(
  file: string,
  env: Environment,
  { yes, ...output }: AlarmsOutput & { readonly yes: boolean }
): Promise<boolean> {
  return await withSetting(file, env, async setting => {
    const plan = await planOf(setting)
    const wanted = plan.filter(isToDo)
    if (!output.json) output.out.write(rowsOf(plan))
    const mayAsk = wanted.length > 0 && !output.json
    const go =
      wanted.length > 0 && (yes || (mayAsk && (await confirmed('alarms apply', `Do ${wanted.length} things?`))))
    const failures = go ? await carryOut(wanted, setting.world.openstack.alarmBook) : []
    if (output.json) show(plan, output, { changed: go, failures })
    else
      for (const text of go ? [`${wanted.length - failures.length} done`, ...failures] : ['nothing changed'])
        output.out.write(`${text}\n`)
    return failures.length === 0 && (go || wanted.length === 0)
  })
}

async function planOf({ world, hosts, alarms, url, read }: Setting): Promise<AlarmChange[]> {
  const rows = await world.openstack.alarmBook.all()
  return planAlarms(rows, {
    hosts,
    read,
    nowMs: systemClock.now(),
    bodyFor: host => alarmBody(alarms.template, host, url(host))
  })
}

function isToDo({ action }: AlarmChange): boolean {
  return action !== 'keep'
}

/** One after the other; what fails does not keep the others from being done, but an alarm that is replaced stays until it is. */
async function carryOut(changes: readonly AlarmChange[], book: AlarmBook): Promise<string[]> {
  const failures: string[] = []
  const unmade = new Set<string>()
  for (const change of changes) {
    if (change.action === 'remove' && unmade.has(change.host)) {
      failures.push(`remove ${change.host}: ${change.name} stays, for the new one could not be made`)
      continue
    }
    try {
      await deed(change, book)
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      // Somebody else was faster.
      if (change.action === 'remove' && error.code === 'not-found') continue
      if (change.action === 'create') unmade.add(change.host)
      failures.push(`${change.action} ${change.host}: ${error.message}`)
    }
  }
  return failures
}

async function deed({ action, row, body }: AlarmChange, book: AlarmBook): Promise<void> {
  if (action === 'create' && body !== undefined) return await book.create(body)
  if (action === 'update' && row !== undefined && body !== undefined) return await book.update(row, body)
  if (action === 'remove' && row !== undefined) return await book.remove(row.alarm_id)
  throw new Error(`${action} without what it needs`)
}

function rowsOf(plan: readonly AlarmChange[]): string {
  return table(plan.map(({ action, host, name, because }) => [action, host, name, because]))
}

function show(
  plan: readonly AlarmChange[],
  { json, out }: AlarmsOutput,
  done: { readonly changed: boolean; readonly failures: readonly string[] }
): void {
  if (!json) return void out.write(rowsOf(plan))
  const alarms: AlarmChanges['alarms'] = plan.map(({ action, host, name, because, row }) => ({
    ...{ action, host, name, because },
    ...(row === undefined ? {} : { alarm: row.alarm_id })
  }))
  const answer: AlarmChanges = { changed: done.changed, failures: [...done.failures], alarms }
  out.write(`${JSON.stringify(answer, undefined, 2)}\n`)
}
