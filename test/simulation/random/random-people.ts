import type { ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'

const working = ['confirming', 'planning', 'fencing', 'isolating', 'preparing', 'moving', 'verifying']

/** Operators at bad moments. */
export function randomPeople(chance: Chance, hosts: readonly string[]): ScenarioEvent[] {
  const host = hosts[0] ?? ''
  const events: ScenarioEvent[] = []
  const moment = (states: readonly string[], longest = 12) => ({
    when: `${host}: ${chance.pick(states)}`,
    after: chance.int(0, longest)
  })
  if (chance.percent(25)) events.push({ ...moment(['held'], 120), do: 'retry', host })
  if (chance.percent(10)) events.push({ ...moment([...working, 'held', 'partial']), do: 'retry', host })
  if (chance.percent(10)) events.push({ ...moment([...working, 'held']), do: 'cancel', host })
  if (chance.percent(20)) events.push({ ...moment(['held'], 120), do: 'vouch', of: host })
  if (chance.percent(25)) events.push({ ...moment(['held'], 60), do: 'approve', host })
  if (chance.percent(8)) {
    const disarmed = moment(working)
    events.push({ ...disarmed, do: 'disarm' })
    if (chance.percent(80)) events.push({ ...disarmed, after: disarmed.after + chance.int(1, 200), do: 'arm' })
  }
  if (chance.percent(8)) events.push({ ...moment(working), do: 'trigger', host })
  return events
}
