import type { Environment } from '../../config/read-yaml.ts'
import { type Config, loadConfig } from '../../config.ts'
import { CloudError, ConfigError } from '../../errors.ts'
import { actionUrl, readActionUrl } from '../../http/action-url.ts'
import { createAuthenticator, type NamedToken } from '../../http/auth.ts'
import { ruleHost } from '../../openstack/alarm-host.ts'
import { madeFor, madeForTest } from '../../openstack/alarms/body.ts'
import type { AodhRow } from '../../openstack/alarms/book.ts'
import { createSilentLogger } from '../logger.ts'
import { connectWorld, loginTimeoutMs, type OutsideWorld } from '../world.ts'

export type AlarmsConfig = NonNullable<Config['alarms']>

/** What every command about alarms stands on. */
export interface Setting {
  readonly config: Config
  readonly alarms: AlarmsConfig
  readonly world: OutsideWorld
  /** The hosts of all segments, as Nova has them now. */
  readonly hosts: readonly string[]
  readonly url: (host: string, isTest?: boolean) => string
  /** What an alarm is to us. */
  readonly read: (row: AodhRow) => Reading
}

export interface Reading {
  /** It tells us. */
  readonly pointsAtUs: boolean
  /** The host that its action names, else its rule. */
  readonly host?: string
  /** We made it, for this host; only such ones are touched. */
  readonly madeFor?: string
  /** A test of ours made it, for this host. */
  readonly testOf?: string
}

/** Throws ConfigError without `alarms`, CloudError when the hosts can't be read: what is not known is not changed. */
export async function withSetting<T>(
  file: string,
  env: Environment,
  work: (setting: Setting) => Promise<T>
): Promise<T> {
  const config = loadConfig(file, env)
  const { alarms } = config
  if (alarms === undefined)
    throw new ConfigError(file, ['alarms: is missing: it says where Aodh reaches us, and what an alarm is'])
  const world = await connectWorld(config, env, createSilentLogger(), { loginTimeoutMs })
  try {
    const token = tokenOf(config, alarms)
    return await work({
      config,
      alarms,
      world,
      hosts: await hostsOf(world),
      url: (host, isTest) => actionUrl(alarms.url, token, host, isTest),
      read: readerOf(config, alarms)
    })
  } finally {
    await world.close()
  }
}

function tokenOf({ auth }: Config, { token }: AlarmsConfig): NamedToken {
  const found = auth.alarms.tokens.find(({ name }) => name === token)
  if (found === undefined) throw new Error(`the configuration was checked, and yet there is no token ${token}`)
  return found
}

async function hostsOf({ directory }: OutsideWorld): Promise<string[]> {
  await directory.refresh()
  const error = directory.error()
  if (error !== undefined) throw new CloudError('unreachable', `the hosts of the segments are not known: ${error}`)
  // An aggregate that was renamed must not take its hosts' alarms along.
  const empty = directory.segments().flatMap(({ name, hosts }) => (hosts.length === 0 ? [name] : []))
  if (empty.length > 0)
    throw new ConfigError(
      'alarms',
      empty.map(name => `segment ${name} has no hosts: look at the name of its aggregate or zone`)
    )
  return [...new Set(directory.segments().flatMap(({ hosts }) => hosts))].toSorted()
}

/** Ours bears our mark, and tells us: by one of our tokens (the URL may have changed) or at our URL (the token may have). */
function readerOf({ auth }: Config, { url }: AlarmsConfig): Setting['read'] {
  const authenticate = createAuthenticator(auth)
  const base = `${url.replace(/\/+$/, '')}/v1/alarms/`
  return row => {
    const { alarm_actions: actions, description } = row
    const told = actions.map(action => readActionUrl(action, authenticate)).find(read => read !== undefined)
    const atOurs = actions.map(withoutUser).find(action => action.startsWith(base))
    const host = told?.host ?? atOurs?.slice(base.length).split('?', 1)[0] ?? ruleHost(row)
    const pointsAtUs = told !== undefined || atOurs !== undefined
    const [made, testOf] = pointsAtUs ? [madeFor(description), madeForTest(description)] : []
    return {
      pointsAtUs,
      ...(host === undefined ? {} : { host }),
      ...(made === undefined ? {} : { madeFor: made }),
      ...(testOf === undefined ? {} : { testOf })
    }
  }
}

function withoutUser(action: string): string {
  const url = URL.parse(action)
  return url === null ? action : `${url.origin}${url.pathname}${url.search}`
}
