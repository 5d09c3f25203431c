import type { Scenario, ScenarioEvent } from '../scenario.ts'
import { apart } from './apart.ts'
import type { Chance } from './chance.ts'

type Base = Omit<Scenario, 'expect'>

/** Guards that are narrow, and what closes them: drawn after all else, so that the rest of a seed stays as it was. */
export function withGuards(chance: Chance, scenario: Base, hosts: readonly string[]): Base {
  if (!chance.percent(30)) return scenario
  const { world, segment, limits, events } = scenario
  const domain = chance.percent(30) && { key: 'rack', hostsDown: 1, recoveriesPerHour: chance.int(1, 2) }
  const racks = chance.some(hosts, chance.int(1, 3))
  return {
    ...scenario,
    ...(domain !== false && {
      world: {
        ...world,
        aggregates: [...(world.aggregates ?? []), { name: 'r1', hosts: racks, metadata: { rack: 'r1' } }]
      }
    }),
    segment: { ...segment, limits: { ...segment?.limits, ...narrow(chance) } },
    limits: {
      ...limits,
      ...(domain !== false && { domain }),
      ...(chance.percent(20) && { approvalMinutes: chance.int(1, 4) })
    },
    ...(chance.percent(15) && { guards: { siteStartMs: chance.pick([60_000, 120_000, 420_000]) } }),
    events: [...events, ...apart(chance, troubleOf(chance, hosts))]
  }
}

function narrow(chance: Chance): NonNullable<NonNullable<Scenario['segment']>['limits']> {
  return {
    ...(chance.percent(40) && {
      hostsDownPercent: chance.pick([20, 30, 50]),
      quietMs: chance.pick([0, 60_000, 300_000])
    }),
    ...(chance.percent(30) && { failuresPerHost: 1 }),
    ...(chance.percent(20) && { recoveriesPerHour: 1 })
  }
}

/** A control plane that is away, BMCs that nobody reaches, a rack that is cut off, and people who approve whatever is held. */
function troubleOf(chance: Chance, hosts: readonly string[]): ScenarioEvent[] {
  const events: ScenarioEvent[] = []
  if (chance.percent(15)) {
    const service = chance.pick(['scheduler', 'conductor'] as const)
    const at = chance.int(1, 60)
    events.push({ at, do: 'stopControl', service })
    if (chance.percent(70)) events.push({ at: at + chance.int(30, 400), do: 'startControl', service })
  }
  if (chance.percent(10)) {
    const at = chance.int(1, 90)
    for (const host of hosts) events.push({ at, do: 'bmc', host, bmc: { mode: 'unreachable' } })
    if (chance.percent(70))
      for (const host of hosts) events.push({ at: at + 300, do: 'bmc', host, bmc: { mode: 'good' } })
  }
  if (chance.percent(20)) {
    const at = chance.int(1, 60)
    for (const host of hosts.slice(1)) events.push({ at, do: 'cutOff', host })
    for (const host of hosts.slice(1)) events.push({ at: at + chance.int(100, 300), do: 'reconnect', host })
  }
  if (chance.percent(40))
    for (const host of hosts.slice(0, 2))
      events.push({ when: `${host}: held`, after: chance.int(1, 200), do: 'approve', host })
  return events
}
