import type { Probe } from '../controller/ports/ports.ts'
import { type HostsReading, isUp } from '../core/inventory.ts'
import { nameOfSource, type Segment } from '../core/segment.ts'
import { inParallel } from '../in-parallel.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { foldFailures } from './fold-failures.ts'

/** Each may be a program that runs. */
const atOnce = 16

/** Enough may speak for a host's death, and every configured sign of life can be asked and is heard now. Hosts that are down are silent rightly, and were told already. */
export async function checkEvidence(
  segment: Segment,
  reading: HostsReading,
  addresses: Readonly<Record<string, string>>,
  probe: Probe
): Promise<CheckLine[]> {
  const lines = [checkMinimum(segment)]
  const up = segment.hosts.filter(name => reading.hosts.some(host => host.name === name && isUp(host)))
  for (const source of segment.alive) {
    const name = `${segment.name} alive ${nameOfSource(source)}`
    const answers = await inParallel(up, atOnce, async host => ({
      host,
      ...(await probe.ask(source, host, addresses[host]))
    }))
    lines.push(...linesOf(name, answers))
  }
  return lines
}

type Answer = Awaited<ReturnType<Probe['ask']>> & { readonly host: string }

function linesOf(name: string, answers: readonly Answer[]): CheckLine[] {
  const [first] = answers
  // A program that is missing is missing for all hosts.
  if (first !== undefined && answers.every(answer => answer.says === 'unknown'))
    return [{ name, ok: false, detail: `tells nothing of any host: ${first.detail}` }]
  const unheard = answers.filter(answer => answer.says !== 'alive')
  return [
    {
      name,
      ok: unheard.length === 0,
      detail: `${answers.length - unheard.length} of ${answers.length} hosts that are up answer`
    },
    ...foldFailures(
      name,
      unheard.map(({ host, says, detail }) => ({
        host,
        detail: `${says === 'unknown' ? 'tells nothing' : says}: ${detail}`
      }))
    )
  ]
}

/** Who may speak for a host's death, and how many must. */
function checkMinimum({ name, alive, power, settings }: Segment): CheckLine {
  const beside = alive.filter(source => source.kind === 'exec' && source.beside !== undefined)
  const network = alive.filter(source => !beside.includes(source))
  const others = [
    'Nova',
    ...(network.length === 0 ? [] : [`the network (${network.map(nameOfSource).join(', ')})`]),
    ...beside.map(nameOfSource)
  ]
  const all = power === undefined ? others : [...others, `the BMC (${power.agent})`]
  const { sourcesMin = 1 } = settings.confirm
  const detail = `${sourcesMin} of ${all.length} must speak for a host's death: ${all.join(', ')}`
  if (sourcesMin <= others.length) return { name: `${name} evidence`, ok: true, detail }
  return {
    name: `${name} evidence`,
    ok: true,
    warn: true,
    detail: `${detail}. The BMC of a host that panicked or hangs says on, which is no vote: only hosts that are powered off could be recovered. With sourcesMin: ${others.length} the others could be, too`
  }
}
