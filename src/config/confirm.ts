import type { AliveSource, Segment as CoreSegment, Settings } from '../core/segment.ts'
import type { Segment } from '../schemas/config.d.ts'

type Confirm = Segment['confirm']

/** What is frozen into each recovery. */
export function confirmOf(confirm: Confirm): Settings['confirm'] {
  const { downSeconds, timeoutSeconds, sourcesMin, computeDown, degraded } = confirm
  return { downMs: downSeconds * 1000, timeoutMs: timeoutSeconds * 1000, sourcesMin, computeDown, degraded }
}

/** Who is asked, and for how long. */
export function sourcesOf(
  { alive, power, powerTimeoutSeconds, novaTimeoutSeconds }: Confirm,
  fencing: readonly string[]
): Pick<CoreSegment, 'alive' | 'power' | 'novaTimeoutMs'> {
  const agent = power === true ? fencing[0] : power === false ? undefined : power
  return {
    alive: alive.map(aliveSourceOf),
    novaTimeoutMs: novaTimeoutSeconds * 1000,
    ...(agent === undefined ? {} : { power: { agent, timeoutMs: powerTimeoutSeconds * 1000 } })
  }
}

function aliveSourceOf(source: Confirm['alive'][number]): AliveSource {
  const { ssh, tcp, exec, name = '', beside, hosts } = source
  const base = { hosts, timeoutMs: source.timeoutSeconds * 1000 }
  if (ssh !== undefined) return { kind: 'ssh', port: ssh, ...base }
  if (tcp !== undefined) return { kind: 'tcp', port: tcp, ...base }
  if (exec === undefined) return { kind: 'icmp', ...base }
  return { kind: 'exec', name, command: exec, ...(beside === undefined ? {} : { beside }), ...base }
}
