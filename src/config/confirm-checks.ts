import { suggestion } from '../core/closest.ts'
import type { ConfigFile, Segment } from '../schemas/config.d.ts'
import { machineAgent } from './confirm.ts'
import { agentNames } from './ladder.ts'
import { strangePlaceholders } from './placeholders.ts'

type Source = Segment['confirm']['alive'][number]

type Agents = ConfigFile['fencing']

const kinds = ['ssh', 'tcp', 'icmp', 'exec'] as const

/** What a schema can't say of the sources of the evidence. */
export function confirmMistakes({ confirm, fencing }: Segment, path: string, agents: Agents): string[] {
  return [
    ...confirm.alive.flatMap((source, index) =>
      aliveMistakes(source, confirm.alive.slice(0, index)).map(mistake => `${path}.alive[${index}]${mistake}`)
    ),
    ...powerMistakes(confirm.power, fencing, agents).map(mistake => `${path}.power: ${mistake}`),
    ...minimumMistakes(confirm).map(mistake => `${path}.${mistake}`),
    ...(confirm.computeDown === 'fence' && fencing.includes('none')
      ? [`${path}.computeDown: fence needs an agent in fencing, for the host runs`]
      : [])
  ]
}

function aliveMistakes(source: Source, earlier: readonly Source[]): string[] {
  const found = kinds.filter(kind => source[kind] !== undefined)
  if (found.length !== 1) return [': must have exactly one of ssh, tcp, icmp, exec']
  const mistakes = sameAddress(source)
  if (earlier.some(other => keyOf(other) === keyOf(source))) mistakes.push(`: ${keyOf(source)} is there already`)
  if (source.exec === undefined) {
    if (source.name !== undefined) mistakes.push('.name: is for exec only')
    if (source.beside !== undefined) mistakes.push(`.beside: is for exec only; ${found.join('')} goes over the network`)
    return mistakes
  }
  if (source.name === undefined) mistakes.push('.name: is missing; the evidence calls the program by it')
  if (source.exec[0]?.startsWith('/') !== true) mistakes.push('.exec[0]: must be the full path of a program')
  const strange = source.exec.map(argument => strangePlaceholders(argument, ['host', 'address']))
  return [...mistakes, ...strange.flatMap((list, index) => list.map(mistake => `.exec[${index}]: ${mistake}`))]
}

/** One of the two would be taken for alive because the other is. */
function sameAddress({ hosts }: Source): string[] {
  const owners = new Map<string, string>()
  return Object.entries(hosts).flatMap(([host, address]) => {
    const owner = owners.get(address)
    owners.set(address, owner ?? host)
    return owner === undefined ? [] : [`.hosts.${host}: is the address of ${owner} too`]
  })
}

function keyOf({ ssh, tcp, icmp, name }: Source): string {
  if (ssh !== undefined) return `ssh ${ssh}`
  if (tcp !== undefined) return `tcp ${tcp}`
  return icmp === undefined ? `exec ${name ?? ''}` : 'icmp'
}

function powerMistakes(power: boolean | string, fencing: Segment['fencing'], agents: Agents): string[] {
  if (power === false) return []
  const name = power === true ? machineAgent(fencing) : power
  if (name === undefined) return ['true needs a step of one agent in fencing; name an agent instead']
  // What is missing in the ladder is told with the ladder.
  const agent = agents[name]
  if (agent === undefined)
    return power === true ? [] : [`there is no fencing.${name}${suggestion(name, Object.keys(agents))}`]
  if (agent.type === 'ironic')
    return [`fencing.${name} is Ironic, which only remembers a power state: that never counts; name another agent`]
  return isOneFeed(name, fencing)
    ? [
        `fencing.${name} stands in steps of type all only: while one feed is off, another may be on; name an agent that speaks of the whole machine`
      ]
    : []
}

function isOneFeed(name: string, fencing: Segment['fencing']): boolean {
  const steps = fencing.map(agentNames).filter(names => names.includes(name))
  return steps.length > 0 && steps.every(names => names.length > 1)
}

/** What can never be reached would hold every recovery, and who can't tell "cut off" from "compute-down" would as well. */
function minimumMistakes({ alive, power, sourcesMin }: Segment['confirm']): string[] {
  const beside = alive.filter(source => source.exec !== undefined && source.beside !== undefined)
  const overNetwork = alive.length > beside.length
  const most = 1 + (overNetwork ? 1 : 0) + (power === false ? 0 : 1) + beside.length
  return [
    ...(sourcesMin > most
      ? [
          `sourcesMin: only ${most} independent ${most === 1 ? 'source is' : 'sources are'} configured, so ${sourcesMin} can never speak for a host's death`
        ]
      : []),
    ...(beside.length > 0 && !overNetwork
      ? [
          'alive: a program beside the network needs a source over it (ssh, tcp, icmp), or nobody can tell a host that is cut off'
        ]
      : [])
  ]
}
