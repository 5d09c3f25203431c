import type { Fencing } from '../controller/ports/ports.ts'
import { agentsOf } from '../core/ladder.ts'
import type { PowerReading } from '../core/recovery.ts'
import { isWaived, type Segment } from '../core/segment.ts'
import { messageOf } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import type { CheckLine } from '../openstack/connect.ts'

/** BMCs are slow, and there may be a thousand. */
const atOnce = 16

type Answer =
  | { readonly host: string; readonly reading: PowerReading }
  | { readonly host: string; readonly error: string }

/** True when the configuration says which machine the host's BMC must turn out to be. */
export type IsIdentified = (agent: string, host: string) => boolean

/**
 * Every host's and spare's BMC answers, is that of the right machine, and no two hosts have the same. Where no identity is
 * configured two swapped BMCs look well, and the wrong host would be powered off: so that fails, with what was read.
 */
export async function checkFencing(
  segment: Segment,
  fencing: Pick<Fencing, 'read'>,
  isIdentified: IsIdentified
): Promise<CheckLine[]> {
  const lines: CheckLine[] = []
  if (isWaived(segment)) {
    const detail = 'waived: servers are moved off hosts that nobody proved off'
    lines.push({ name: `${segment.name} fencing none`, ok: true, detail })
  }
  // What is only asked, and never switches anything off, must be the right machine's as well.
  const asked = segment.power === undefined ? [] : [segment.power.agent]
  for (const agent of new Set([...agentsOf(segment.fencing), ...asked])) {
    const name = `${segment.name} fencing ${agent}`
    const hosts = [...segment.hosts, ...segment.spares]
    const answers = await inParallel(hosts, atOnce, host => ask(fencing, agent, host))
    lines.push(...linesOf(name, answers, host => isIdentified(agent, host)))
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

function linesOf(name: string, answers: readonly Answer[], isIdentified: (host: string) => boolean): CheckLine[] {
  const owners = new Map<string, string>()
  const failures = answers.flatMap(answer => {
    if ('error' in answer) return [{ name: `${name} ${answer.host}`, ok: false, detail: answer.error }]
    const { host, reading } = answer
    if (reading.identity === undefined) return isIdentified(host) ? [] : [unidentified(name, host, undefined)]
    const owner = owners.get(reading.identity)
    owners.set(reading.identity, owner ?? host)
    if (owner === undefined) return isIdentified(host) ? [] : [unidentified(name, host, reading.identity)]
    return [
      {
        name: `${name} ${host}`,
        ok: false,
        detail: `its BMC is that of ${owner} too (${reading.identity}): one of them would be switched off for the other`
      }
    ]
  })
  const well = answers.length - failures.length
  return [
    { name, ok: failures.length === 0, detail: `${well} of ${answers.length} BMCs answer as the right machine` },
    ...failures
  ]
}

function unidentified(name: string, host: string, identity: string | undefined): CheckLine {
  const read = identity === undefined ? 'it tells none' : `it says ${identity}`
  return {
    name: `${name} ${host}`,
    ok: false,
    detail: `nobody can tell whether its BMC is that of another machine: configure the host's uuid or serial (${read}; compare it with the machine)`
  }
}
