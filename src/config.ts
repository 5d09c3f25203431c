import { readFileSync } from 'node:fs'
import { checkSchema } from './config/check-schema.ts'
import { crossChecks } from './config/cross-checks.ts'
import { durationMs } from './config/durations.ts'
import { type Environment, readYaml } from './config/read-yaml.ts'
import { readRules } from './config/rules.ts'
import type { Members, SegmentConfig } from './controller/directory.ts'
import type { PollOptions } from './controller/poll.ts'
import type { ServerRule } from './core/rules/server-policy.ts'
import type { Rules } from './core/rules.ts'
import { ConfigError, messageOf } from './errors.ts'
import type { ConfigFile, Segment } from './schemas/config.d.ts'

/** The configuration as the composition root hands it out. Times in ms. Frozen. */
export interface Config
  extends Pick<ConfigFile, 'listen' | 'auth' | 'armed' | 'fencing' | 'limits' | 'notify' | 'alarms'> {
  readonly storeUrl: string
  /** Name in clouds.yaml. */
  readonly cloud: string | undefined
  readonly segments: readonly SegmentConfig[]
  readonly rules: Rules
  readonly hostEventTypes: readonly string[]
  readonly leaseMs: number
  /** Commands go with tokens that end with the lease. */
  readonly leaseByKeystone: boolean
  readonly poll: PollOptions & { readonly everyMs: number }
  readonly retention: { readonly signalsMs: number; readonly recoveriesMs: number }
  readonly metricsOpen: boolean
  readonly logLevel: ConfigFile['log']['level']
}

/** Reads the file and the environment once. Throws ConfigError with every mistake that can be found, secrets never among them. */
export function loadConfig(path: string, env: Environment): Config {
  return parseConfig(path, readText(path), env)
}

/** The same for the text of a file called `name`. */
export function parseConfig(name: string, text: string, env: Environment): Config {
  const read = readYaml(text, env)
  if (read.value === undefined && read.mistakes.length > 0) throw new ConfigError(name, read.mistakes)
  const file = checkSchema(read)
  if (!isFile(file)) throw new ConfigError(name, [...read.mistakes, ...withoutEchoes(file, read.mistakes)])
  const judged = readRules(file)
  const mistakes = [
    ...read.mistakes,
    ...withoutEchoes(crossChecks(file), read.mistakes),
    ...withoutEchoes(judged.mistakes, read.mistakes)
  ]
  if (mistakes.length > 0 || judged.rules === undefined) throw new ConfigError(name, mistakes)
  return deepFreeze(configOf(file, judged.rules))
}

function isFile(checked: ConfigFile | readonly string[]): checked is ConfigFile {
  return !Array.isArray(checked)
}

/** A variable that is not set leaves an empty text behind, of which nothing more need be said. */
function withoutEchoes(mistakes: readonly string[], missing: readonly string[]): string[] {
  const paths = missing.map(mistake => mistake.slice(0, mistake.indexOf(': ')))
  return mistakes.filter(mistake => !paths.some(path => mistake.startsWith(`${path}: `)))
}

function configOf(file: ConfigFile, rules: Rules): Config {
  const { listen, auth, armed, fencing, limits, notify } = file
  return {
    ...{ listen, auth, armed, fencing, limits, notify },
    storeUrl: file.store.url,
    cloud: file.cloud.name,
    segments: file.segments.map(segment => segmentOf(segment, file.servers)),
    rules,
    hostEventTypes: file.intake.eventTypes,
    leaseMs: file.lease.seconds * 1000,
    leaseByKeystone: file.lease.enforceByKeystone,
    poll: { ...file.poll, everyMs: file.poll.seconds * 1000 },
    retention: { signalsMs: durationMs(file.retention.signals), recoveriesMs: durationMs(file.retention.recoveries) },
    metricsOpen: file.metrics.open,
    logLevel: file.log.level,
    ...(file.alarms === undefined ? {} : { alarms: file.alarms })
  }
}

function segmentOf(
  { name, hosts, spares, method, storage, confirm, evacuate, ...rest }: Segment,
  servers: readonly ServerRule[]
): SegmentConfig {
  const { perSpare, moveTimeoutSeconds, attempts, spread, moveUnusual } = evacuate
  return {
    name,
    hosts: membersOf(hosts),
    spares: membersOf(spares),
    settings: {
      method,
      storage,
      allowLocalDiskLoss: rest.allowLocalDiskLoss ?? false,
      confirm: { downMs: confirm.downSeconds * 1000, timeoutMs: confirm.timeoutSeconds * 1000 },
      evacuate: { perTarget: perSpare, moveTimeoutMs: moveTimeoutSeconds * 1000, attempts, spread, moveUnusual },
      ...(servers.length === 0 ? {} : { servers })
    },
    alive: confirm.alive.map(({ ssh, tcp, hosts: addresses }) => ({
      kind: ssh === undefined ? 'tcp' : 'ssh',
      port: ssh ?? tcp ?? 0,
      hosts: addresses
    })),
    fencing: rest.fencing,
    approval: rest.approval,
    limits: rest.limits,
    ...(rest.armed === undefined ? {} : { armed: rest.armed })
  }
}

function membersOf({ names, aggregate, zone }: Segment['hosts']): Members {
  if (aggregate !== undefined) return { aggregate }
  return zone === undefined ? { names: names ?? [] } : { zone }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(path, [`can't be read: ${messageOf(error)}`])
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const item of Object.values(value)) deepFreeze(item)
  }
  return value
}
