import { checkSchema } from './config/check-schema.ts'
import { confirmOf, sourcesOf } from './config/confirm.ts'
import { crossChecks } from './config/cross-checks.ts'
import { durationMs } from './config/durations.ts'
import { ladderOf } from './config/ladder.ts'
import { readText } from './config/read-text.ts'
import { type Environment, readYaml } from './config/read-yaml.ts'
import { readRules } from './config/rules.ts'
import { isOfStandIn } from './config/stand-ins.ts'
import type { PollOptions } from './controller/duties/poll.ts'
import type { GuardSettings } from './controller/ports/ports.ts'
import type { Members, SegmentConfig } from './controller/service/directory.ts'
import type { ServerRule } from './core/rules/server-policy.ts'
import type { Rules } from './core/rules.ts'
import { ConfigError } from './errors.ts'
import type { ConfigFile, Segment } from './schemas/config.d.ts'

/** The configuration as the composition root hands it out. Times in ms. Frozen. */
export interface Config
  extends Pick<ConfigFile, 'listen' | 'auth' | 'armed' | 'fencing' | 'limits' | 'notify' | 'alarms'> {
  readonly storeUrl: string
  /** Name in clouds.yaml. */
  readonly cloud: string | undefined
  readonly segments: readonly SegmentConfig[]
  readonly guards: GuardSettings
  readonly rules: Rules
  readonly hostEventTypes: readonly string[]
  readonly leaseMs: number
  /** Commands go with tokens that end with the lease. */
  readonly leaseByKeystone: boolean
  readonly poll: PollOptions & { readonly everyMs: number }
  readonly rehearsal: { readonly everyMs: number; readonly sample: 'all' | number }
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
  const { file, mistakes: ofSchema } = checkSchema(read)
  const judged = file === undefined ? undefined : readRules(file)
  const others = file === undefined ? [] : [...crossChecks(file), ...(judged?.mistakes ?? [])]
  const found = [...ofSchema, ...others.filter(mistake => !isOfStandIn(mistake))]
  const mistakes = [...read.mistakes, ...withoutEchoes(found, read.mistakes)].map(mistake => named(mistake, read.value))
  if (mistakes.length > 0 || file === undefined || judged?.rules === undefined) throw new ConfigError(name, mistakes)
  return deepFreeze(configOf(file, judged.rules))
}

/** `segments[3].fencing: …` with the name of the segment, for nobody counts; so for rules and servers. */
function named(mistake: string, file: unknown): string {
  return mistake.replace(/^(segments|rules|servers)\[(\d+)\][^:]*(?=: )/, (path, section: string, index: string) => {
    const name = (file as Readonly<Record<string, readonly ({ readonly name?: unknown } | null)[]>>)[section]?.[
      Number(index)
    ]?.name
    return typeof name === 'string' && isShort(name) ? `${path} (${name})` : path
  })
}

function isShort(name: string): boolean {
  return /^[^\n]{1,63}$/.test(name)
}

/** A variable that is not set leaves an empty text behind, of which nothing more need be said. */
function withoutEchoes(mistakes: readonly string[], missing: readonly string[]): string[] {
  const paths = missing.map(mistake => mistake.slice(0, mistake.indexOf(': ')))
  return mistakes.filter(mistake => !paths.some(path => mistake.startsWith(`${path}: `)))
}

function configOf(file: ConfigFile, rules: Rules): Config {
  const { listen, auth, armed, fencing, limits, guards, notify } = file
  return {
    ...{ listen, auth, armed, fencing, limits, notify },
    guards: {
      bmcNetwork: guards.bmcNetwork,
      siteStartMs: guards.siteStartMinutes * 60_000,
      otherTools: guards.otherTools
    },
    storeUrl: file.store.url,
    cloud: file.cloud.name,
    segments: file.segments.map(segment => segmentOf(segment, file.servers)),
    rules,
    hostEventTypes: file.intake.eventTypes,
    leaseMs: file.lease.seconds * 1000,
    leaseByKeystone: file.lease.enforceByKeystone,
    poll: { ...file.poll, everyMs: file.poll.seconds * 1000 },
    rehearsal: { everyMs: file.rehearse.everySeconds * 1000, sample: file.rehearse.sample },
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
      confirm: confirmOf(confirm),
      evacuate: { perTarget: perSpare, moveTimeoutMs: moveTimeoutSeconds * 1000, attempts, spread, moveUnusual },
      ...(servers.length === 0 ? {} : { servers })
    },
    ...sourcesOf(confirm, rest.fencing),
    fencing: ladderOf(rest.fencing),
    approval: rest.approval,
    limits: limitsOf(rest.limits),
    ...(rest.armed === undefined ? {} : { armed: rest.armed })
  }
}

function limitsOf({ quietMinutes, failuresWindowHours, ...rest }: Segment['limits']): SegmentConfig['limits'] {
  return { ...rest, quietMs: quietMinutes * 60_000, failuresWindowMs: failuresWindowHours * 3_600_000 }
}

function membersOf({ names, aggregate, zone }: Segment['hosts']): Members {
  if (aggregate !== undefined) return { aggregate }
  return zone === undefined ? { names: names ?? [] } : { zone }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const item of Object.values(value)) deepFreeze(item)
  }
  return value
}
