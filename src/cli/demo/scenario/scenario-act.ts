import { plainServers } from '../../../emulator/model/create-world.ts'
import type { WorldSpec } from '../../../emulator/model/spec.ts'
import type { Act } from '../act.ts'
import type { Scene } from '../seen/scene.ts'
import { playScenario } from './play-scenario.ts'
import { guardsOf, readScenario, rulesOf, type Scenario, segmentOf } from './read-scenario.ts'

/** A scenario's world and events in real time, with what an Aodh and people do in it done over HTTP. Throws ConfigError. */
export function scenarioAct(folder: string): Act {
  const scenario = readScenario(folder)
  const leftOut = notPlayed(scenario)
  return {
    // The events call servers by their names.
    spec: { ...scenario.world, hosts: newestFirst(scenario.world.hosts), ids: 'names' },
    spares: Object.entries(scenario.world.hosts).flatMap(([name, { spare }]) => (spare === undefined ? [] : [name])),
    segment: segmentOf(scenario),
    limits: { recoveriesPerHour: 10, movesInFlight: 30, ...scenario.limits },
    guards: guardsOf(scenario),
    rules: rulesOf(scenario),
    async play(stage, watch) {
      if (leftOut !== undefined) watch.tell(`not played: ${leftOut}; so it may end otherwise than the simulation`)
      await playScenario(scenario, stage, watch)
    },
    // What was not played may be what the end depends on.
    complaints: scene => (leftOut === undefined ? unexpectedEnds(scenario, scene) : [])
  }
}

/** Nova lists the newest server first, and a scenario may count on the order that it names them in. */
function newestFirst(hosts: WorldSpec['hosts']): WorldSpec['hosts'] {
  return Object.fromEntries(
    Object.entries(hosts).map(([name, { servers = [], ...host }]) => {
      const named = typeof servers === 'number' ? plainServers(name, servers) : servers
      return [name, { ...host, servers: named.toReversed() }]
    })
  )
}

/** What only the simulation can do. */
function notPlayed({ faults = [], events }: Scenario): string | undefined {
  const crashes = events.filter(event => event.do === 'crash').length
  const said = [
    ...(faults.length === 0
      ? []
      : [`${many(faults.length, 'fault')} of ports (${faults.map(fault => fault.on).join(', ')})`]),
    ...(crashes === 0 ? [] : [`${many(crashes, 'crash')} of the service`])
  ]
  return said.length === 0 ? undefined : said.join(' and ')
}

function many(count: number, thing: string): string {
  if (count === 1) return `one ${thing}`
  return `${count} ${thing}${thing.endsWith('h') ? 'es' : 's'}`
}

function unexpectedEnds({ expect }: Scenario, { recoveries }: Scene): string[] {
  return Object.entries(expect).flatMap(([host, wanted]) => {
    const newest = recoveries.findLast(recovery => recovery.host === host)
    const is =
      newest === undefined ? 'not noticed' : `${newest.state}${newest.hold === undefined ? '' : ` ${newest.hold.code}`}`
    return is === wanted ? [] : [`${host} should be ${wanted}, and is ${is}`]
  })
}
