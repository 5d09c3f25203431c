import type { Config } from '../config.ts'
import { alarmsByHost } from '../controller/duties/coverage.ts'
import { definitionFacts, segmentFacts } from '../controller/judgement/rule-facts.ts'
import type { Alarms, KnownAlarm } from '../controller/ports/ports.ts'
import type { Directory } from '../controller/service/directory.ts'
import { toldByDefinition, toldByDelivery } from '../core/rules/facts.ts'
import type { RuleContext, Rules } from '../core/rules.ts'
import type { Segment } from '../core/segment.ts'
import { messageOf } from '../errors.ts'
import { readActionUrl } from '../http/action-url.ts'
import { createAuthenticator } from '../http/auth.ts'
import { inParallel } from '../in-parallel.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { firstOf } from './first-of.ts'
import { remindersOf } from './rules/reminders.ts'

/** What is looked up for the rules: of each host its alarm and its past. */
export interface RulesWorld {
  readonly rules: Rules
  readonly directory: Pick<Directory, 'segments' | 'seen'>
  readonly nowMs: number
  /** The host's alarm as Aodh has it; `none`: no alarm tells of it. Missing: Aodh can't be read. */
  readonly alarmOf?: (host: string) => Promise<Told | 'none'>
  /** Missing: the store can't be read. */
  readonly pastOf?: (host: string) => Promise<NonNullable<RuleContext['past']>>
}

type Told = Pick<RuleContext, 'alarm' | 'definition'>

const atOnce = 8
const listedMax = 12
const namesMax = 20

/** Which rules there are, and for each host what they would say of an alarm that fires now, or why that can't be told. */
export async function checkRules(world: RulesWorld): Promise<CheckLine[]> {
  const { rules, directory } = world
  const known = knownRules(rules)
  if (rules.list.length === 0) return known
  const lines: CheckLine[] = []
  for (const segment of directory.segments()) lines.push(...(await linesOf(segment, world)))
  return [...known, ...lines]
}

/** What can be said of them without the cloud. */
export function knownRules(rules: Rules): CheckLine[] {
  const reminders = remindersOf(rules).map(detail => ({ name: 'rules', ok: true, warn: true as const, detail }))
  return [{ name: 'rules', ok: true, detail: listOf(rules) }, ...reminders]
}

function listOf({ list }: Rules): string {
  if (list.length === 0) return 'there are none: an alarm of a host of a segment means recover'
  const names = list.map(({ name, then }) => `"${name}" ${then}`)
  return `${list.length} in this order: ${firstOf(names, listedMax)}; what none matches is noted`
}

/** Hosts for which the answer is the same share a line. */
async function linesOf(segment: Segment, world: RulesWorld): Promise<CheckLine[]> {
  const answers = await inParallel(segment.hosts, atOnce, async host => ({
    host,
    said: await sayOf(host, segment, world)
  }))
  return [...Map.groupBy(answers, ({ said }) => said)].map(([said, alike]) => {
    const hosts = alike.map(({ host }) => host)
    const detail = `an alarm now, of ${namesOf(hosts, segment.hosts.length)}: ${said}`
    return { name: `${segment.name} rules`, ok: true, detail }
  })
}

function namesOf(hosts: readonly string[], all: number): string {
  if (hosts.length === all) return all === 1 ? (hosts[0] ?? '') : `each of the ${all} hosts`
  return firstOf(hosts, namesMax)
}

async function sayOf(
  host: string,
  segment: Segment,
  { rules, directory, nowMs, alarmOf, pastOf }: RulesWorld
): Promise<string> {
  try {
    const told = await alarmOf?.(host)
    const seen = directory.seen(host)
    const past = rules.needs.past ? await pastOf?.(host) : undefined
    const { outcome, because } = rules.decide({
      ...{ host, kind: 'host', nowMs, segment: segmentFacts(segment) },
      ...contextOf(told),
      ...(seen === undefined ? {} : { seen }),
      ...(past === undefined ? {} : { past })
    })
    return outcome === 'lookUp' ? `can't be told: ${because}` : `${outcome} (${because})`
  } catch (error) {
    return `can't be told: ${messageOf(error)}`
  }
}

/** Without an alarm our own poll finds it, by Nova's word. */
function contextOf(told: Told | 'none' | undefined): Pick<RuleContext, 'source' | 'alarm' | 'definition' | 'untold'> {
  const fired = { id: '', current: 'alarm', traits: {} }
  if (told === 'none') return { source: 'poll', alarm: fired, definition: 'none' }
  if (told === undefined) return { source: 'aodh', alarm: fired, untold: [...toldByDefinition, ...toldByDelivery] }
  return { source: 'aodh', untold: toldByDelivery, ...told }
}

/** The first alarm that tells of each host, with what Aodh says of it. */
export function alarmsFor(
  known: readonly KnownAlarm[],
  { definition }: Pick<Alarms, 'definition'>,
  { auth }: Pick<Config, 'auth'>
): NonNullable<RulesWorld['alarmOf']> {
  const authenticate = createAuthenticator(auth)
  const ids = alarmsByHost(known, url => readActionUrl(url, authenticate))
  return async host => {
    const id = ids.get(host)?.[0]
    if (id === undefined) return 'none'
    const found = await definition(id)
    const { name, type } = found ?? {}
    const alarm = { id, current: 'alarm', traits: {}, ...(name && { name }), ...(type && { type }) }
    return { alarm, definition: found === undefined ? 'none' : definitionFacts(found) }
  }
}
