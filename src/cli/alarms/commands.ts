import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { Environment } from '../../config/read-yaml.ts'
import { type AlarmsOutput, applyAlarms, diffAlarms } from './apply.ts'
import { listAlarms } from './list.ts'
import { testAlarm } from './test.ts'

interface Shared {
  readonly config: readonly [string, string, string]
  readonly json: readonly [string, string]
  readonly env: Environment
  readonly out: AlarmsOutput['out']
}

interface Words {
  readonly config: string
  readonly json?: boolean
}

/** Aodh looks once a minute, and its metrics may come as seldom. */
const testSeconds = 180

/** `switchover alarms list|diff|apply|test`. */
export function addAlarmCommands(program: Command, { config, json, env, out }: Shared): void {
  const alarms = program.command('alarms').description("the hosts' alarms in Aodh, as the configuration has them")
  const add = (text: string, description: string) =>
    alarms
      .command(text)
      .description(description)
      .option(...config)
      .option(...json)
  const done = (ok: boolean): void => {
    process.exitCode = ok ? 0 : 1
  }
  const how = (words: Words): AlarmsOutput => ({ json: words.json === true, out })

  add('list', 'alarms that tell us, and hosts that have none (then the exit status is 1)').action(
    async (words: Words) => done(await listAlarms(words.config, env, how(words)))
  )
  add('diff', 'what apply would do; exit status 1 if anything').action(async (words: Words) =>
    done(await diffAlarms(words.config, env, how(words)))
  )
  add('apply', 'make one alarm for each host, mend those that differ, remove those of hosts that left')
    .option('-y, --yes', 'do not ask')
    .action(async (words: Words & { yes?: boolean }) =>
      done(await applyAlarms(words.config, env, { ...how(words), yes: words.yes === true }))
    )
  add('test <host>', 'prove the way from Aodh to us with an alarm of its own, which is removed again')
    .option('--publish <command>', 'publishes an event about the host {host}; where the alarms are of events')
    .option('--seconds <number>', 'how long to wait', secondsOf, testSeconds)
    .action(async (host: string, words: Words & { publish?: string; seconds: number }) => {
      const { publish, seconds } = words
      const more = { limitSeconds: seconds, ...(publish === undefined ? {} : { publish }) }
      const ending = new AbortController()
      const end = (): void => ending.abort()
      process.once('SIGINT', end).once('SIGTERM', end)
      done(await testAlarm(host, words.config, env, { ...how(words), ...more, signal: ending.signal }))
    })
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3600)
    throw new InvalidArgumentError('1 to 3600 are possible.')
  return seconds
}
