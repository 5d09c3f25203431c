import { suggestion } from '../core/closest.ts'
import type { ConfigFile, FencingStep, Segment } from '../schemas/config.d.ts'
import { agentNames } from './ladder.ts'
import { strangePlaceholders } from './placeholders.ts'

type Agent = ConfigFile['fencing'][string]

/** What a schema can't say of the ways to power. */
export function agentMistakes({ fencing }: ConfigFile): string[] {
  return [
    ...('none' in fencing ? ['fencing.none: this name means that nothing is switched off; take another'] : []),
    ...Object.entries(fencing).flatMap(([name, agent]) => [
      ...(agent.type === 'exec' && !agent.command[0]?.startsWith('/')
        ? [`fencing.${name}.command[0]: must be the full path of a program`]
        : []),
      ...placeholderMistakes(agent).map(mistake => `fencing.${name}.${mistake}`)
    ])
  ]
}

function placeholderMistakes(agent: Agent): string[] {
  if (agent.type === 'exec') {
    return agent.command.flatMap((argument, index) =>
      /\{\w+\}/.test(argument)
        ? [`command[${index}]: nothing is filled in here; the program finds the host in SWITCHOVER_HOST`]
        : []
    )
  }
  const [setting, text] =
    agent.type === 'redfish'
      ? ['url', agent.url]
      : agent.type === 'ipmi'
        ? ['address', agent.address]
        : ['node', agent.node]
  return strangePlaceholders(text ?? '', ['host']).map(mistake => `${setting}: ${mistake}`)
}

/** What a schema can't say of a segment's ladder. */
export function ladderMistakes({ fencing, hosts }: Segment, path: string, file: ConfigFile): string[] {
  if (fencing.flatMap(agentNames).includes('none')) {
    return fencing.length === 1 && fencing[0] === 'none'
      ? []
      : [`${path}.fencing: none must stand alone, for it is no step of a ladder`]
  }
  return fencing.flatMap((step, index) => {
    const at = `${path}.fencing[${index}]`
    if (isUnclear(step)) return [`${at}: must have exactly one of agent, all`]
    return agentNames(step).flatMap(name => [
      ...missing(name, at, hosts.names ?? [], file),
      ...tooShort(step, name, at, file)
    ])
  })
}

/** Two power-offs with 30 s between them (climb-step.ts), and what Ironic takes to carry them out. */
const ironicSecondsMin = 45

function tooShort(step: string | FencingStep, name: string, at: string, file: ConfigFile): string[] {
  const seconds = typeof step === 'string' ? undefined : step.timeoutSeconds
  if (file.fencing[name]?.type !== 'ironic' || (seconds ?? ironicSecondsMin) >= ironicSecondsMin) return []
  return [`${at}.timeoutSeconds: must be at least ${ironicSecondsMin}: a proof by ironic takes more than 30 s`]
}

function isUnclear(step: string | FencingStep): boolean {
  return typeof step === 'object' && (step.agent === undefined) === (step.all === undefined)
}

function missing(name: string, at: string, hosts: readonly string[], file: ConfigFile): string[] {
  const agent = file.fencing[name]
  if (agent === undefined) return [`${at}: there is no fencing.${name}${suggestion(name, Object.keys(file.fencing))}`]
  const what = addressSetting(agent)
  // Members of an aggregate or a zone are not known yet: `switchover check` looks at those.
  const without = what === undefined ? [] : hosts.filter(host => !hasAddress(agent, host))
  return without.map(host => `fencing.${name}.hosts.${host}.${what}: is missing, for fencing.${name} has no ${what}`)
}

/** Where it says how to reach a BMC; undefined when it need not. */
function addressSetting(agent: Agent): 'url' | 'address' | undefined {
  if (agent.type === 'redfish') return 'url'
  return agent.type === 'ipmi' ? 'address' : undefined
}

function hasAddress(agent: Agent, host: string): boolean {
  if (agent.type === 'redfish') return (agent.hosts[host]?.url ?? agent.url) !== undefined
  return agent.type !== 'ipmi' || (agent.hosts[host]?.address ?? agent.address) !== undefined
}
