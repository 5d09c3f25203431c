import type { Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { dies, host, rack } from './rack.ts'

type Plight = Omit<Scenario, 'expect'>

/** Half of the hosts are silent, most of them come back, and the one that stays dead must wait until it was quiet, or for a person. */
export function stormThatPasses(chance: Chance): Plight {
  const others = ['compute-02', 'compute-03', 'compute-04']
  const at = chance.int(2, 10)
  return {
    world: { hosts: rack(2, 1) },
    segment: { limits: { hostsDownPercent: 30, quietMs: chance.pick([120_000, 300_000]) } },
    events: [
      { at, do: 'panic', host },
      ...others.map((name): ScenarioEvent => ({ at: at + 1, do: 'cutOff', host: name })),
      { at: at + 5, do: 'alarm', host },
      ...others.map((name): ScenarioEvent => ({ at: at + chance.int(180, 250), do: 'reconnect', host: name })),
      ...(chance.percent(30) ? [{ at: at + chance.int(100, 400), do: 'approve', host } as const] : [])
    ]
  }
}

/** It was recovered, is repaired, and dies again. */
export function diesAgainInADay(chance: Chance): Plight {
  const when = `${host}: recovered`
  return {
    world: { hosts: rack(1, 2) },
    segment: { limits: { failuresPerHost: 1 } },
    events: [
      ...dies(chance),
      { when, after: 10, do: 'boot', host },
      { when, after: 100, do: 'liftForceDown', host },
      { when, after: 101, do: 'enable', host },
      { when, after: 130, do: 'addServer', host, server: { name: 'vm-new' } },
      { when, after: chance.int(150, 200), do: 'panic', host },
      { when, after: 210, do: 'alarm', host },
      ...(chance.percent(30) ? [{ when, after: 400, do: 'approve', host } as const] : [])
    ]
  }
}

/** Nova can't place anything for a while, whatever a person says. */
export function noControlPlane(chance: Chance): Plight {
  const service = chance.pick(['scheduler', 'conductor'] as const)
  return {
    world: { hosts: rack(2, 1) },
    segment: { limits: { hostsDownPercent: 10 } },
    events: [
      { at: 1, do: 'stopControl', service },
      ...dies(chance).map(event => ('at' in event ? { ...event, at: event.at + 30 } : event)),
      { at: 120, do: 'approve', host },
      ...(chance.percent(60) ? [{ at: chance.int(200, 400), do: 'startControl', service } as const] : [])
    ]
  }
}

/** Two of one rack, over two aggregates. */
export function rackFails(chance: Chance): Plight {
  const pair = [host, 'compute-02']
  const at = chance.int(2, 20)
  // Heard late, both have long been called down.
  const heardAt = at + chance.pick([5, 100])
  return {
    world: {
      hosts: rack(2, 2),
      aggregates: pair.map((name, index) => ({ name: `row-${index}`, hosts: [name], metadata: { rack: 'r1' } }))
    },
    limits: { domain: { key: 'rack', hostsDown: 1, recoveriesPerHour: 5 } },
    events: pair.flatMap((name): ScenarioEvent[] => [
      { at, do: 'panic', host: name },
      { at: heardAt, do: 'alarm', host: name }
    ])
  }
}

/** The service starts with the site. */
export function siteStarts(chance: Chance): Plight {
  return {
    world: { hosts: rack(2, 1) },
    guards: { siteStartMs: chance.pick([120_000, 300_000]) },
    events: dies(chance)
  }
}

/** Approved, disarmed before anything was begun, and armed again when the approval is long over. */
export function approvalThatExpires(chance: Chance): Plight {
  const when = `${host}: held`
  return {
    world: { hosts: rack(2, 1) },
    segment: { approval: 'required' },
    limits: { approvalMinutes: 1 },
    events: [
      ...dies(chance),
      { when, after: 20, do: 'approve', host },
      { when, after: 20.05, do: 'disarm' },
      { when, after: chance.int(120, 200), do: 'arm' }
    ]
  }
}

/** Approved and disarmed; then half of the others die, and it is armed again: nobody had that storm in view. */
export function stormAfterTheApproval(chance: Chance): Plight {
  const when = `${host}: held`
  const others = ['compute-03', 'compute-04', 'compute-05']
  return {
    world: { hosts: rack(2, 1) },
    segment: { approval: 'required', limits: { hostsDownPercent: 30, quietMs: chance.pick([0, 120_000]) } },
    events: [
      ...dies(chance),
      { when, after: 20, do: 'approve', host },
      { when, after: 20.05, do: 'disarm' },
      ...others.map((name): ScenarioEvent => ({ when, after: chance.int(25, 60), do: 'panic', host: name })),
      { when, after: chance.int(160, 300), do: 'arm' },
      ...(chance.percent(30) ? [{ when, after: chance.int(310, 400), do: 'approve', host } as const] : [])
    ]
  }
}

/** Nobody's BMC answers, and after a while each does. */
export function linkToBmcsIsDown(chance: Chance): Plight {
  const hosts = rack(2, 1)
  const backAt = chance.int(250, 500)
  const all = (at: number, mode: 'unreachable' | 'good'): ScenarioEvent[] =>
    Object.keys(hosts).map(name => ({ at, do: 'bmc', host: name, bmc: { mode } }))
  return { world: { hosts }, events: [...all(1, 'unreachable'), ...dies(chance), ...all(backAt, 'good')] }
}
