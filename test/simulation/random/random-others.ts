import type { Fault } from '../faults.ts'
import type { Moment, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'

const beforeFence = ['confirming', 'planning', 'fencing']
const afterFence = ['isolating', 'preparing', 'moving', 'verifying']

/** What other operators and other tools do, and words that come too late: each at a moment that suits nobody. */
export function randomOthers(chance: Chance, hosts: readonly string[], spares: readonly string[]): ScenarioEvent[] {
  const host = hosts[0] ?? ''
  const events: ScenarioEvent[] = []
  if (chance.percent(10)) events.push(...maintenance(chance, host))
  if (chance.percent(8)) events.push(...cellTrouble(chance, host))
  if (chance.percent(10)) events.push(newServer(chance, host))
  if (chance.percent(10)) events.push(...anotherTool(chance, host, [...hosts.slice(1), ...spares]))
  if (chance.percent(8) && spares.length > 0) events.push(disabledSpare(chance, host, chance.pick(spares)))
  if (chance.percent(8)) {
    const kind = chance.pick(['retry', 'approve', 'cancel'] as const)
    events.push({ ...during(chance, host, [...beforeFence, ...afterFence, 'held'], 60), do: kind, host, late: true })
  }
  return events
}

/** A request that arrives though its caller was told that it did not, or is dead by then; but not later than it can. */
export function lateArrival(chance: Chance): Fault {
  const late = chance.pick(['late', 'crashLate'] as const)
  return chance.percent(75)
    ? { on: 'cloud.evacuate', nth: chance.int(1, 4), do: late, ms: chance.pick([2000, 9000, 30_000, 60_000]) }
    : { on: 'fencing.powerOff', nth: chance.int(1, 2), do: 'late', ms: chance.pick([1000, 8000]) }
}

function during(chance: Chance, host: string, states: readonly string[], longest: number): Moment {
  return { when: `${host}: ${chance.pick(states)}`, after: chance.int(0, longest) }
}

/** Others take the host out of service, as a rule before it is seen to fail. */
function maintenance(chance: Chance, host: string): ScenarioEvent[] {
  const what = chance.pick(['forceDown', 'disable'] as const)
  const at = chance.int(1, 60)
  const back = what === 'forceDown' ? 'liftForceDown' : 'enable'
  return [
    { at, do: what, host },
    ...(chance.percent(40) ? [{ at: at + chance.int(30, 300), do: back, host } as const] : [])
  ]
}

/** The cell's database goes away for a moment, or until the time to confirm is over. */
function cellTrouble(chance: Chance, host: string): ScenarioEvent[] {
  const isLong = chance.percent(30)
  const when = `${host}: ${isLong ? 'confirming' : chance.pick(['planning', 'fencing', 'isolating', 'verifying'])}`
  const after = chance.int(0, 2)
  return [
    { when, after, do: 'cellDown', host },
    { when, after: after + (isLong ? 180 : chance.int(1, 4)), do: 'cellUp', host }
  ]
}

/** One that was on its way to the host when it failed. */
function newServer(chance: Chance, host: string): ScenarioEvent {
  const moment = during(chance, host, ['fencing', 'isolating', 'isolating', 'isolating', 'verifying'], 1)
  return { ...moment, do: 'addServer', host, server: { name: 'vm-new', powerState: 'shutdown' } }
}

/** It evacuates one server, some, or all. */
function anotherTool(chance: Chance, host: string, others: readonly string[]): ScenarioEvent[] {
  const to = chance.pick(others)
  // Before we move anything: two that begin at once can't see each other.
  const when = `${host}: fencing`
  const after = chance.int(0, 4)
  const orders = Array.from({ length: Number(chance.weighted({ 1: 4, 4: 4, 7: 2 })) }, (_, index): ScenarioEvent => {
    return { when, after, do: 'evacuateByOthers', server: `vm-${host.slice(-2)}-${index + 1}`, to }
  })
  return [{ when, after, do: 'habits', host: to, habits: { spawnMs: chance.pick([3000, 20_000, 90_000]) } }, ...orders]
}

/** Its operator tests it, whatever it is reserved for. */
function disabledSpare(chance: Chance, host: string, spare: string): ScenarioEvent {
  const moment = chance.percent(50)
    ? { at: chance.int(1, 60) }
    : during(chance, host, [...beforeFence, ...afterFence], 4)
  return { ...moment, do: 'disable', host: spare }
}
