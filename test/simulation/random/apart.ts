import type { ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'

/** No two things happen in the same millisecond: their order would be nobody's. */
export function apart(chance: Chance, events: readonly ScenarioEvent[]): ScenarioEvent[] {
  return events.map(event => {
    const ms = chance.int(1, 99) / 1000
    return 'at' in event ? { ...event, at: event.at + ms } : { ...event, after: (event.after ?? 0) + ms }
  })
}
