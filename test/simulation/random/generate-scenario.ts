import type { Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { createChance } from './chance.ts'
import { randomFaults } from './random-faults.ts'
import { lateArrival, randomOthers } from './random-others.ts'
import { randomPeople } from './random-people.ts'
import { randomLimits, randomSegment } from './random-segment.ts'
import { randomTrouble } from './random-trouble.ts'
import { randomUsers } from './random-users.ts'
import { randomWorld } from './random-world.ts'

/** A scenario as `scenario.json` has it, made from a seed alone: all that is random in it is data. */
export function generateScenario(seed: number): Scenario {
  const chance = createChance(seed)
  const world = randomWorld(chance)
  const names = Object.keys(world.hosts)
  const hosts = names.filter(name => world.hosts[name]?.spare === undefined)
  const spares = names.filter(name => world.hosts[name]?.spare !== undefined)
  const replicas = chance.percent(25) ? 2 : 1
  const events = [
    ...randomTrouble(chance, hosts, spares),
    ...randomPeople(chance, hosts, spares),
    ...randomOthers(chance, hosts, spares),
    ...randomUsers(chance, hosts[0] ?? '', world.hosts[hosts[0] ?? ''] ?? {})
  ]
  return {
    world,
    segment: randomSegment(chance),
    limits: randomLimits(chance),
    ...(replicas > 1 && { replicas }),
    events: apart(chance, events),
    faults: [...randomFaults(chance, replicas), ...(chance.percent(8) ? [lateArrival(chance)] : [])],
    quietSeconds: chance.percent(25) ? 200 : 60,
    expect: {}
  }
}

/** No two things happen in the same millisecond: their order would be nobody's. */
function apart(chance: Chance, events: readonly ScenarioEvent[]): ScenarioEvent[] {
  return events.map(event => {
    const ms = chance.int(1, 999) / 1000
    return 'at' in event ? { ...event, at: event.at + ms } : { ...event, after: (event.after ?? 0) + ms }
  })
}
