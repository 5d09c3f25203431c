import type { BmcHabits } from '../../../src/emulator/model/bmc.ts'
import type { HostSpec } from '../../../src/emulator/model/spec.ts'
import type { Scenario, ScenarioEvent, SegmentOverrides } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { createChance } from './chance.ts'
import { randomBmc } from './random-world.ts'

type Steps = NonNullable<SegmentOverrides['fencing']>

const feeds = ['feed-a', 'feed-b']

/** In one of five another ladder than the single BMC: a second agent, redundant feeds, or both. The rest stays as it is. */
export function withLadder(seed: number, scenario: Scenario): Scenario {
  const chance = createChance(seed ^ 0x5bd1e995)
  if (!chance.percent(20) || scenario.segment?.fencing !== undefined) return scenario
  const fencing = randomSteps(chance)
  const agents = fencing.flatMap(step => (typeof step === 'string' ? [step] : (step.all ?? step.agent ?? [])))
  const hosts = Object.entries(scenario.world.hosts).map(([name, host]) => [name, withHabits(chance, host, agents)])
  return {
    ...scenario,
    world: { ...scenario.world, hosts: Object.fromEntries(hosts) as Scenario['world']['hosts'] },
    segment: { ...scenario.segment, fencing },
    events: scenario.events.map(event => elsewhere(chance, event, agents))
  }
}

function randomSteps(chance: Chance): Steps {
  const all = { all: feeds, ...(chance.percent(30) && { timeoutSeconds: chance.pick([20, 240]) }) }
  const short = { agent: 'bmc', timeoutSeconds: chance.pick([15, 40]), retries: chance.int(0, 1) }
  return chance.pick<Steps>([
    ['bmc', 'ipmi'],
    [short, 'ipmi'],
    [all],
    [all],
    [short, all],
    [all, 'bmc'],
    ['ironic'],
    [short, 'ironic']
  ])
}

/** Each agent has habits of its own. */
function withHabits(chance: Chance, host: HostSpec, agents: readonly string[]): HostSpec {
  const bmcs: Record<string, Partial<BmcHabits>> = {}
  for (const agent of agents.filter(one => one !== 'bmc')) {
    const habits = chance.percent(50) ? randomBmc(chance) : {}
    if (Object.keys(habits).length > 0) bmcs[agent] = habits
  }
  // One that goes on saying on beside one that says off of everything.
  if (agents.includes('bmc') && agents.includes('ipmi') && chance.percent(15))
    return { ...host, bmc: { mode: 'stuckOn' }, bmcs: { ipmi: { mode: 'lies' } } }
  return Object.keys(bmcs).length > 0 ? { ...host, bmcs } : host
}

/** What was to befall the BMC befalls any of them. */
function elsewhere(chance: Chance, event: ScenarioEvent, agents: readonly string[]): ScenarioEvent {
  if (event.do !== 'bmc') return event
  const agent = chance.pick(agents)
  return agent === 'bmc' ? event : { ...event, agent }
}
