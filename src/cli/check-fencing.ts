import type { Clock } from '../clock.ts'
import { bmcsAtOnce, falseOffs } from '../controller/judgement/false-offs.ts'
import type { Cloud, Fencing } from '../controller/ports/ports.ts'
import { agentsAsked, claimsOf, falseOffSentence } from '../core/off-claim.ts'
import type { PowerReading } from '../core/recovery.ts'
import { isWaived, membersOf, type Segment } from '../core/segment.ts'
import { messageOf } from '../errors.ts'
import { type FencingAgentConfig, identificationOf } from '../fencing/fencing.ts'
import { inParallel } from '../in-parallel.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { foldFailures, type HostFailure, namesOf } from './fold-failures.ts'

interface World {
  readonly fencing: Pick<Fencing, 'read'>
  readonly cloud: Pick<Cloud, 'hosts'>
  readonly clock: Clock
}

type Configured = Readonly<Record<string, FencingAgentConfig>>

type Answer =
  | { readonly host: string; readonly reading: PowerReading }
  | { readonly host: string; readonly error: string }

/**
 * Every host's and spare's BMC answers, is that of the right machine, is no other host's as well, and does not say off of a host
 * that reports. Where no identity is configured two swapped BMCs look well, and the wrong host would be powered off: so that
 * fails, with what was read. Throws CloudError.
 */
export async function checkFencing(segment: Segment, world: World, configured: Configured): Promise<CheckLine[]> {
  const lines: CheckLine[] = []
  if (isWaived(segment)) {
    const detail = 'waived: servers are moved off hosts that nobody proved off'
    lines.push({ name: `${segment.name} fencing none`, ok: true, detail })
  }
  // What is only asked, and never switches anything off, must be the right machine's as well.
  const agents = agentsAsked(segment)
  const answers = new Map<string, Answer[]>()
  for (const agent of agents)
    answers.set(agent, await inParallel(membersOf(segment), bmcsAtOnce, host => ask(world.fencing, agent, host)))
  const saysOff = (agent: string, host: string) =>
    answers.get(agent)?.some(one => one.host === host && 'reading' in one && one.reading.power === 'off') === true
  const untrue = await falseOffs(world, claimsOf(segment, saysOff))
  for (const agent of agents) {
    const lies = new Set(untrue.flatMap(claim => (claim.agents.includes(agent) ? claim.host : [])))
    lines.push(...linesOf(`${segment.name} fencing ${agent}`, answers.get(agent) ?? [], configured[agent], lies))
  }
  return lines
}

async function ask(fencing: Pick<Fencing, 'read'>, agent: string, host: string): Promise<Answer> {
  try {
    return { host, reading: await fencing.read(agent, host) }
  } catch (error) {
    return { host, error: messageOf(error) }
  }
}

function linesOf(
  name: string,
  answers: readonly Answer[],
  config: FencingAgentConfig | undefined,
  lies: ReadonlySet<string>
): CheckLine[] {
  const owners = new Map<string, string>()
  const failures = answers.flatMap((answer): HostFailure[] => {
    const { host } = answer
    if ('error' in answer) return [{ host, detail: answer.error }]
    const objection = lies.has(host) ? falseOffSentence : objectionTo(host, answer.reading.identity, config, owners)
    return objection === undefined ? [] : [{ host, detail: objection }]
  })
  const well = `${answers.length - failures.length} of ${answers.length} ${thingsOf(config)} answer`
  const unchecked = answers.filter(({ host }) => identificationOf(config, host) === 'unchecked').map(({ host }) => host)
  const ok = failures.length === 0
  if (unchecked.length === 0)
    return [{ name, ok, detail: `${well} as the right machine` }, ...foldFailures(name, failures)]
  const doubt = `nobody checks of which machine: no identity is configured for ${namesOf(unchecked)}`
  return [{ name, ok, ...(ok && { warn: true }), detail: `${well}; ${doubt}` }, ...foldFailures(name, failures)]
}

function objectionTo(
  host: string,
  identity: string | undefined,
  config: FencingAgentConfig | undefined,
  owners: Map<string, string>
): string | undefined {
  const owner = identity === undefined ? undefined : owners.get(identity)
  if (owner !== undefined)
    return `it is the power of ${owner} too (${identity}): one of them would be switched off for the other`
  if (identity !== undefined) owners.set(identity, host)
  if (identificationOf(config, host) !== 'missing') return undefined
  const read = identity === undefined ? 'it tells none' : `it says ${identity}`
  return `nobody can tell whether its BMC is that of another machine: configure the host's uuid or serial (${read}; compare it with the machine)`
}

function thingsOf(config: FencingAgentConfig | undefined): string {
  if (config?.type === 'exec') return 'commands'
  return config?.type === 'ironic' ? 'nodes' : 'BMCs'
}
