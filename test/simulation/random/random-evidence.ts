import type { AliveSource } from '../../../src/core/segment.ts'
import type { Scenario, ScenarioEvent, SegmentOverrides } from '../scenario.ts'
import type { Chance } from './chance.ts'

const ssh: AliveSource = { kind: 'ssh', port: 22, hosts: {} }
const storage: AliveSource = {
  kind: 'exec',
  name: 'storage',
  command: ['/usr/local/bin/heartbeat', '{host}'],
  beside: 'network',
  hosts: {}
}
const overNetwork: readonly AliveSource[] = [ssh, { kind: 'tcp', port: 16_509, hosts: {} }, { kind: 'icmp', hosts: {} }]

/** A mixture of sources, how many of them must agree, and hosts that lose their storage. */
export function withRandomEvidence(chance: Chance, scenario: Scenario): Scenario {
  // A BMC that is asked for evidence is read while confirming: only then its faults can meet that state.
  const needsPower = (scenario.faults ?? []).some(fault => fault.on === 'fencing.read' && fault.in === 'confirming')
  if (!chance.percent(35)) return needsPower ? withSegment(scenario, { power }) : scenario
  const hasAlive = scenario.segment?.alive === undefined
  const alive = hasAlive ? randomAlive(chance) : []
  const isPower = needsPower || chance.percent(40)
  const beside = alive.filter(source => source.kind === 'exec').length
  const most = 1 + (alive.length > beside ? 1 : 0) + (isPower ? 1 : 0) + beside
  const isWaived = scenario.segment?.fencing?.includes('none') === true
  const confirm = {
    ...scenario.segment?.settings?.confirm,
    ...(chance.percent(50) && { sourcesMin: chance.int(1, most) }),
    ...(chance.percent(30) && { computeDown: chance.pick(isWaived ? ['wait'] : (['wait', 'fence'] as const)) }),
    ...(chance.percent(30) && { degraded: 'dismiss' })
  } as NonNullable<NonNullable<SegmentOverrides['settings']>['confirm']>
  const changed = withSegment(scenario, {
    ...(hasAlive && { alive }),
    ...(isPower && { power }),
    settings: { ...scenario.segment?.settings, confirm }
  })
  return { ...changed, events: [...scenario.events, ...storageTrouble(chance, scenario)] }
}

const power = { agent: 'bmc', timeoutMs: 10_000 }

function withSegment(scenario: Scenario, changes: SegmentOverrides): Scenario {
  return { ...scenario, segment: { ...scenario.segment, ...changes } }
}

function randomAlive(chance: Chance): AliveSource[] {
  return [...chance.some(overNetwork, chance.int(1, 3)), ...(chance.percent(60) ? [storage] : [])]
}

/** The storage goes away at any moment, and is back perhaps: together with the network, before it, after it, or alone. */
function storageTrouble(chance: Chance, { world }: Scenario): ScenarioEvent[] {
  if (!chance.percent(40)) return []
  const host = chance.percent(75) ? 'compute-01' : chance.pick(Object.keys(world.hosts))
  const at = chance.int(1, 120) + chance.int(1, 99) / 1000
  const lost: ScenarioEvent = { at, do: 'loseStorage', host }
  return chance.percent(60) ? [lost, { at: at + chance.int(5, 300), do: 'regainStorage', host }] : [lost]
}
