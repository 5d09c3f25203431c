import type { AliveSource, Segment as CoreSegment, Settings } from '../core/segment.ts'
import type { Segment } from '../schemas/config.d.ts'
import { agentNames } from './ladder.ts'

type Confirm = Segment['confirm']

/** What is frozen into each recovery. */
export function confirmOf(confirm: Confirm): Settings['confirm'] {
  const { downSeconds, timeoutSeconds, sourcesMin, computeDown, degraded } = confirm
  return { downMs: downSeconds * 1000, timeoutMs: timeoutSeconds * 1000, sourcesMin, computeDown, degraded }
}

/** Who is asked, and for how long. */
export function sourcesOf(
  { alive, power, powerTimeoutSeconds, novaTimeoutSeconds }: Confirm,
  fencing: Segment['fencing']
): Pick<CoreSegment, 'alive' | 'power' | 'novaTimeoutMs'> {
  const agent = power === true ? machineAgent(fencing) : power === false ? undefined : power
  return {
    alive: alive.map(aliveSourceOf),
    novaTimeoutMs: novaTimeoutSeconds * 1000,
    ...(agent === undefined ? {} : { power: { agent, timeoutMs: powerTimeoutSeconds * 1000 } })
  }
}

/** The first of the ladder that speaks of the whole machine: one feed may be off while the machine is on. */
export function machineAgent(fencing: Segment['fencing']): string | undefined {
  return fencing
    .map(agentNames)
    .find(names => names.length === 1 && names[0] !== 'none')
    ?.at(0)
}

function aliveSourceOf(source: Confirm['alive'][number]): AliveSource {
  const { ssh, tcp, exec, name = '', beside, hosts } = source
  const base = { hosts, timeoutMs: source.timeoutSeconds * 1000 }
  if (ssh !== undefined) return { kind: 'ssh', port: ssh, ...base }
  if (tcp !== undefined) return { kind: 'tcp', port: tcp, ...base }
  if (exec === undefined) return { kind: 'icmp', ...base }
  return { kind: 'exec', name, command: exec, ...(beside === undefined ? {} : { beside }), ...base }
}
