import type { Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { createChance } from './chance.ts'
import { randomFaults } from './random-faults.ts'
import { randomPeople } from './random-people.ts'
import { randomLimits, randomSegment } from './random-segment.ts'
import { randomTrouble } from './random-trouble.ts'
import { randomWorld } from './random-world.ts'

/** A scenario as `scenario.json` has it, made from a seed alone: all that is random in it is data. */
export function generateScenario(seed: number): Scenario {
  const chance = createChance(seed)
  const world = randomWorld(chance)
  const names = Object.keys(world.hosts)
  const hosts = names.filter(name => world.hosts[name]?.spare === undefined)
  const spares = names.filter(name => world.hosts[name]?.spare !== undefined)
  const events = [...randomTrouble(chance, hosts, spares), ...randomPeople(chance, hosts)]
  return {
    world,
    segment: randomSegment(chance),
    limits: randomLimits(chance),
    events: apart(chance, events),
    faults: randomFaults(chance),
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
