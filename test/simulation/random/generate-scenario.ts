import type { HostSpec } from '../../../src/emulator/model/spec.ts'
import type { Scenario } from '../scenario.ts'
import { apart } from './apart.ts'
import type { Chance } from './chance.ts'
import { createChance } from './chance.ts'
import { focusOf } from './focus.ts'
import { plightOf } from './plights.ts'
import { withRandomEvidence } from './random-evidence.ts'
import { randomFaults } from './random-faults.ts'
import { withGuards } from './random-guards.ts'
import { withLadder } from './random-ladder.ts'
import { lateArrival, randomOthers } from './random-others.ts'
import { randomPeople } from './random-people.ts'
import { withRules } from './random-rules.ts'
import { randomLimits, randomSegment } from './random-segment.ts'
import { randomTrouble } from './random-trouble.ts'
import { randomUsers } from './random-users.ts'
import { randomWorld } from './random-world.ts'

/** So many seeds are given to what chance rarely meets. */
const plightEvery = 8
const plightAt = 3

/** A scenario as `scenario.json` has it, made from a seed alone: all that is random in it is data. */
export function generateScenario(seed: number): Scenario {
  const scenario = withLadder(seed, scenarioOf(seed))
  // A plight is about one line of defence; a rule that leaves the host alone would take it away.
  return seed % plightEvery === plightAt ? scenario : withRules(seed, scenario)
}

function scenarioOf(seed: number): Scenario {
  const chance = createChance(seed)
  if (seed % plightEvery === plightAt) return plightOf(chance)
  return withRandomEvidence(chance, plainScenario(chance, seed))
}

function plainScenario(chance: Chance, seed: number): Scenario {
  // Many are calm but for what strikes them, so that the later states are met as well.
  const cell = focusOf(seed)
  const isCalm = chance.percent(40) || cell.isCalm
  const world = randomWorld(chance, isCalm)
  const names = Object.keys(world.hosts)
  const hosts = names.filter(name => world.hosts[name]?.spare === undefined)
  const spares = names.filter(name => world.hosts[name]?.spare !== undefined)
  const [host = ''] = hosts
  const focus = cell.play(chance, { host, servers: serverNames(world.hosts[host]), targets: spares })
  const replicas = chance.percent(25) ? 2 : 1
  const people = isCalm && chance.percent(70) ? [] : randomPeople(chance, hosts, spares)
  const events = [
    ...randomTrouble(chance, hosts, spares, isCalm),
    ...people,
    ...(isCalm ? [] : randomOthers(chance, hosts, spares)),
    ...randomUsers(chance, host, world.hosts[host] ?? {}),
    ...focus.events
  ]
  const base = {
    world,
    ...(isCalm ? {} : { segment: randomSegment(chance, spares.length > 0), limits: randomLimits(chance) }),
    ...(replicas > 1 && { replicas }),
    events: apart(chance, events),
    faults: [
      ...randomFaults(chance, replicas),
      ...(!isCalm && chance.percent(8) ? [lateArrival(chance)] : []),
      ...(focus.faults ?? [])
    ],
    ...(chance.percent(25) && { helper: true }),
    ...(seed % 5 === 0 && { polls: true }),
    quietSeconds: chance.percent(25) ? 200 : 60
  }
  return { ...withGuards(chance, base, hosts), expect: {} }
}

function serverNames(host: HostSpec | undefined): string[] {
  return typeof host?.servers === 'object' ? host.servers.map(server => server.name) : []
}
