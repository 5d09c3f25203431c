import { randomBytes } from 'node:crypto'
import { systemClock as clock } from '../../clock.ts'
import type { Environment } from '../../config/read-yaml.ts'
import { alwaysTrue } from '../../core/alarm-template.ts'
import { CloudError, ConfigError } from '../../errors.ts'
import { plainAction } from '../../http/action-url.ts'
import { testBody } from '../../openstack/alarms/body.ts'
import type { AlarmBook } from '../../openstack/alarms/book.ts'
import type { AlarmTest } from '../../schemas/alarm-test.d.ts'
import type { AlarmsOutput } from './apply.ts'
import { publish } from './publish.ts'
import { arrivalOf } from './service-signals.ts'
import { type Setting, withSetting } from './setting.ts'

export interface TestOptions {
  readonly limitSeconds: number
  /** A command that publishes the event about `{host}`; for templates of events. */
  readonly publish?: string
  /** Ends it early; what was made is removed all the same. */
  readonly signal: AbortSignal
}

/** How far it came. Seconds count from when the alarm was made. */
type Progress = Pick<AlarmTest, 'ok' | 'because' | 'firedSeconds' | 'arrivedSeconds' | 'signal'>

const lookMs = 2000
/** Aodh learns of a new event alarm within a minute, and an event before that is lost. */
const publishEveryMs = 10_000
const removeTries = 3

/** Proves the way from Aodh to us with an alarm of its own for `host`, and removes it. True if it arrived, and is gone. */
export async function testAlarm(
  host: string,
  file: string,
  env: Environment,
  { json, out, ...options }: AlarmsOutput & TestOptions
): Promise<boolean> {
  return await withSetting(file, env, async setting => {
    const result = await test(setting, host, options)
    if (json) out.write(`${JSON.stringify(result, undefined, 2)}\n`)
    else {
      out.write(`${result.ok ? 'ok' : 'FAILED'}  ${host}: ${result.because}\n`)
      if (!result.removed) out.write(`the alarm ${result.name} could not be removed: switchover alarms apply will\n`)
    }
    return result.ok && result.removed
  })
}

async function test(setting: Setting, host: string, options: TestOptions): Promise<AlarmTest> {
  const mark = randomBytes(4).toString('hex')
  const name = `switchover-test-${host}-${mark}`
  const eventHost = `switchover-test-${mark}`
  assertTestable(setting, host, options)
  // It must be there, and know us, before anything is made.
  await arrivalOf(setting, host, name)
  const book = setting.world.openstack.alarmBook
  const progress: Progress = { ok: false, because: 'it was ended before it could arrive' }
  try {
    const action = setting.url(host, true)
    await book.create(testBody(alwaysTrue(setting.alarms.template), { host, eventHost, action, name }), options.signal)
    await watch(setting, { host, name, eventHost }, options, progress)
  } catch (error) {
    if (!(error instanceof CloudError || error instanceof ConfigError)) throw error
    progress.because = error instanceof ConfigError ? error.mistakes.join('; ') : error.message
  }
  return { host, name, ...progress, removed: await removeAll(book, name) }
}

function assertTestable({ alarms, hosts }: Setting, host: string, { publish: command }: TestOptions): void {
  if (!hosts.includes(host)) throw new ConfigError('alarms test', [`${host} is a host of no segment`])
  if (alarms.template.event !== undefined && command === undefined)
    throw new ConfigError('alarms test', [
      'an event alarm fires by an event alone: --publish COMMAND tells how your monitor publishes one, about the host {host}'
    ])
}

interface Test {
  readonly host: string
  readonly name: string
  readonly eventHost: string
}

/** Looks until it has arrived or its time is over. */
async function watch(setting: Setting, test: Test, options: TestOptions, progress: Progress): Promise<void> {
  const { limitSeconds, signal } = options
  const startMs = clock.now()
  const seconds = () => Math.round((clock.now() - startMs) / 1000)
  let publishedMs = Number.NEGATIVE_INFINITY
  let state = 'not there yet'
  while (seconds() < limitSeconds && !signal.aborted) {
    if (options.publish !== undefined && clock.now() - publishedMs >= publishEveryMs) {
      publishedMs = clock.now()
      await publish(options.publish, test.eventHost, signal)
    }
    const [row] = await setting.world.openstack.alarmBook.named(test.name, signal)
    if (row !== undefined) state = `"${row.state}" (${row.state_reason ?? 'without a reason'})`
    if (row?.state === 'alarm') progress.firedSeconds ??= seconds()
    const arrived = await arrivalOf(setting, test.host, test.name)
    if (arrived !== undefined) {
      const arrivedSeconds = seconds()
      return void Object.assign(progress, {
        ...{ ok: true, arrivedSeconds, signal: arrived.id },
        because: `it arrived after ${arrivedSeconds} s, and nothing was done about it`
      })
    }
    await clock.sleep(lookMs, signal)
  }
  if (!signal.aborted) progress.because = whyNot(setting, test.host, progress, { limitSeconds, state })
}

function whyNot(
  { alarms, url }: Setting,
  host: string,
  { firedSeconds }: Progress,
  { limitSeconds, state }: { limitSeconds: number; state: string }
): string {
  if (firedSeconds === undefined) {
    const { event } = alarms.template
    const advice =
      event &&
      `: look that --publish publishes a ${event.type} with the trait ${event.trait}, in the project of our login`
    return `Aodh did not call it alarm within ${limitSeconds} s: it is ${state}${advice ?? ''}`
  }
  const where = plainAction(url(host, true))
  return `Aodh called it alarm after ${firedSeconds} s, and nothing came within ${limitSeconds} s: the log of aodh-notifier tells why its POST to ${where} failed`
}

/** By its name, for the answer to its making may have been lost. Not even an end by hand keeps it from being removed. */
async function removeAll(book: AlarmBook, name: string): Promise<boolean> {
  for (let tries = 0; tries < removeTries; tries++) {
    try {
      for (const { alarm_id: id } of await book.named(name)) await book.remove(id)
      return true
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
    }
  }
  return false
}
