import type { Amounts, Server, ServerGroup } from '../inventory.ts'
import type { ListedServer } from '../recovery.ts'
import type { Facts } from './cel.ts'
import {
  askable,
  type Compiled,
  compile,
  compileAgain,
  failuresOf,
  keptTrials,
  type Trial,
  trialOf
} from './expression.ts'

/** `leave`: it stays on the dead host. `leaveStopped`: it moves, and is stopped there even if it ran. */
export type ServerOutcome = 'move' | 'leave' | 'leaveStopped'

/** An instance rule as configured: ordered, the first match wins. Frozen into each recovery as it is written. */
export interface ServerRule {
  readonly name: string
  readonly when: string
  readonly then: ServerOutcome
  /** 1 moves first, 10 last. */
  readonly priority?: number
}

export interface ServerDecision {
  readonly then: ServerOutcome
  readonly priority: number
  /** The rule that decided; none matched without. */
  readonly rule?: string
  /** Rules before it that could not be evaluated, each with why: the first few. */
  readonly failed?: readonly string[]
}

/** With every rule up to the one that decided, in order. */
export interface ServerVerdict extends ServerDecision {
  readonly tried: readonly Trial[]
}

/** What a rule may look at. No time, and no state that changes while its host is recovered: a plan must not change by itself. */
export interface ServerContext {
  readonly server: Server
  /** What it was before we touched it, once that is written down. */
  readonly before?: Pick<ListedServer, 'vmState' | 'powerState'>
  readonly group?: ServerGroup
  /** Of its image; missing where no rule looks at them. */
  readonly imageProperties?: Readonly<Record<string, string>>
  readonly host: { readonly name: string; readonly zone: string; readonly aggregates: readonly string[] }
  readonly segment: string
}

export interface ServerPolicy {
  /** Never throws. */
  decide(context: ServerContext): ServerVerdict
  readonly needsImages: boolean
}

export const defaultPriority = 5
const anyway = { then: 'move', priority: defaultPriority } as const

/** Every mistake of the rules as they are configured. */
export function serverRuleMistakes(rules: readonly ServerRule[]): string[] {
  return rules.flatMap(({ name, when }) => {
    const read = compile(when, sample)
    return 'mistakes' in read ? read.mistakes.map(mistake => `server rule "${name}": ${mistake}`) : []
  })
}

/** The policy that these rules make. One of another version of this program that can't be read any more matches nothing, and is said. */
export function serverPolicy(rules: readonly ServerRule[]): ServerPolicy {
  const key = JSON.stringify(rules)
  const known = policies.get(key)
  if (known !== undefined) return known
  const made = makePolicy(rules)
  if (policies.size >= policiesMax) policies.clear()
  policies.set(key, made)
  return made
}

/** Rules are compiled once, not for each plan of each recovery. */
const policies = new Map<string, ServerPolicy>()
const policiesMax = 50

function makePolicy(rules: readonly ServerRule[]): ServerPolicy {
  const compiled = rules.map(rule => ({ rule, read: compileAgain(rule.when, sample) }))
  return {
    needsImages: compiled.some(({ read }) => 'ok' in read && read.ok.uses('server.image.properties')),
    decide(context) {
      const facts = askable(factsOf(context))
      const tried: Trial[] = []
      for (const { rule, read } of compiled) {
        const answer = 'ok' in read ? read.ok.ask(facts) : unreadable(read.mistakes)
        tried.push(trialOf(rule.name, answer))
        if (answer.result === 'yes') {
          const { name, then, priority = defaultPriority } = rule
          return { then, priority, rule: name, tried: keptTrials(tried), ...failuresIn(tried) }
        }
      }
      return { ...anyway, tried: keptTrials(tried), ...failuresIn(tried) }
    }
  }
}

function failuresIn(tried: readonly Trial[]): Pick<ServerDecision, 'failed'> {
  const failed = failuresOf(tried, ({ rule, because }) => `${rule}: ${because}`)
  return failed.length === 0 ? {} : { failed }
}

function unreadable(mistakes: readonly string[]): ReturnType<Compiled['ask']> {
  return { result: 'failed', because: mistakes.join('; ') }
}

function factsOf({ server, before, group, imageProperties, host, segment }: ServerContext): Facts {
  const { flavor } = server
  return {
    server: {
      id: server.id,
      name: server.name,
      project: server.projectId,
      user: server.userId ?? '',
      vmState: before?.vmState ?? server.vmState,
      powerState: before?.powerState ?? server.powerState,
      locked: server.locked,
      zone: server.zone ?? '',
      tags: server.tags ?? [],
      metadata: new Map(Object.entries(server.metadata)),
      flavor: {
        name: flavor?.name ?? '',
        vcpus: flavor?.vcpus ?? 0,
        ram: flavor?.ram ?? amount(server.flavorNeed, 'MEMORY_MB'),
        disk: flavor?.disk ?? 0,
        extraSpecs: new Map(Object.entries(server.extraSpecs))
      },
      image: {
        id: server.imageId ?? '',
        ...(imageProperties === undefined ? {} : { properties: new Map(Object.entries(imageProperties)) })
      },
      bootFromVolume: server.imageId === undefined,
      localDisk: server.localDisk,
      volumes: server.volumes.length,
      groups: group === undefined ? [] : [{ id: group.id, name: group.name ?? '', policy: group.policy }]
    },
    host: { ...host },
    segment: { name: segment }
  }
}

function amount(need: Amounts, resource: string): number {
  return need[resource] ?? 0
}

/** A server that has everything, by which rules are checked. */
const sample = factsOf({
  server: {
    id: 's',
    name: 'web-1',
    projectId: 'p',
    userId: 'u',
    vmState: 'active',
    powerState: 'running',
    locked: false,
    launched: true,
    localDisk: true,
    flavorNeed: { MEMORY_MB: 1024 },
    extraSpecs: {},
    volumes: [],
    metadata: {},
    tags: ['tag'],
    imageId: 'i'
  },
  group: { id: 'g', name: 'g', policy: 'anti-affinity', members: [], maxPerHost: 1 },
  imageProperties: {},
  host: { name: 'compute-01', zone: 'nova', aggregates: ['rack-a'] },
  segment: 'rack-a'
})
