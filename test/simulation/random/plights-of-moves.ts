import type { Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { dies, host, rack } from './rack.ts'

export function requestThatNeverArrived(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(2, 4), 1) },
    segment: { settings: { evacuate: { moveTimeoutMs: chance.pick([60_000, 600_000]) } } },
    events: dies(chance),
    faults: [{ on: 'cloud.evacuate', nth: chance.int(1, 2), do: 'errorBefore', code: 'unknown' }]
  }
}

export function secondAttempt(chance: Chance): Omit<Scenario, 'expect'> {
  const habits = { failSpawn: chance.int(1, 2), spawnMs: chance.pick([2000, 20_000]) }
  return {
    world: { hosts: rack(chance.int(1, 3), 1, { habits }) },
    segment: { settings: { evacuate: { attempts: 3 } } },
    events: dies(chance)
  }
}

/** The first attempt has failed; the second one is still on its way to Nova when its caller gives up. */
export function lateSecondAttempt(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(1, 1, { habits: { failSpawn: 1, spawnMs: 60_000 } }) },
    segment: { settings: { evacuate: { attempts: 3 } } },
    events: dies(chance),
    faults: [{ on: 'cloud.evacuate', nth: 2, do: 'late', ms: chance.pick([9000, 30_000]) }]
  }
}

/** The next process must know of it, though Nova does not yet. */
export function diesWithARequestOnItsWay(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(1, 2), 1, { habits: { spawnMs: 60_000 } }) },
    events: dies(chance),
    faults: [{ on: 'cloud.evacuate', nth: 1, do: 'crashLate', ms: chance.pick([30_000, 45_000, 58_000]) }]
  }
}

export function groupOnOneHost(chance: Chance): Omit<Scenario, 'expect'> {
  const members = ['vm-01-1', 'vm-01-2', 'vm-01-3'].slice(0, chance.int(2, 3))
  return {
    world: {
      hosts: rack(
        members.map(name => ({ name })),
        3,
        { habits: { spawnMs: 20_000 } }
      ),
      groups: [{ id: 'group-1', policy: 'anti-affinity', members }]
    },
    segment: { settings: { evacuate: { spread: 'fastest' } } },
    events: dies(chance)
  }
}

/** One at a time in all, and its place is given back when it takes too long. */
export function targetDiesBetween(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(4, 6), 1, { habits: { spawnMs: 20_000 } }) },
    segment: { settings: { evacuate: { moveTimeoutMs: 60_000 } } },
    limits: { movesInFlight: 1 },
    events: [
      ...dies(chance),
      { when: `${host}: moving`, after: chance.int(1, 30), do: chance.pick(['panic', 'hangCompute']), host: 'spare-1' }
    ]
  }
}

/** The others leave room in the window, but not on this one. */
export function oneSlowTarget(chance: Chance): Omit<Scenario, 'expect'> {
  const hosts = rack(chance.int(6, 8), 3)
  return {
    world: { hosts: { ...hosts, 'spare-1': { habits: { spawnMs: 90_000 }, spare: true } } },
    segment: { settings: { evacuate: { spread: 'fastest', perTarget: chance.int(1, 2) } } },
    events: dies(chance)
  }
}

export function traitThatLags(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(1, 4), 1, { habits: { traitLagMs: chance.pick([30_000, 60_000]) } }) },
    segment: { settings: { evacuate: { attempts: 1 } } },
    events: dies(chance)
  }
}

/** Its answer is lost; its target had died, which Nova did not see yet, and is fenced. Then it arrives. */
export function lateRequestToADeadTarget(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(5, 10)
  return {
    world: {
      hosts: {
        [host]: { servers: chance.int(1, 3) },
        'compute-02': {},
        'spare-1': { spare: true, habits: { spawnMs: 90_000 } }
      }
    },
    segment: { settings: { method: 'auto_priority' } },
    events: [
      { at, do: 'powerOff', host },
      { at: at + 7, do: 'alarm', host },
      { at: at + chance.int(25, 35), do: 'panic', host: 'compute-02' }
    ],
    faults: [{ on: 'cloud.evacuate', do: 'late', ms: chance.int(60, 90) * 1000 }]
  }
}

/** Its user deletes it, or another tool takes it, long before its turn comes: one leaves after the other. */
export function leavesBeforeItsTurn(chance: Chance): Omit<Scenario, 'expect'> {
  const servers = chance.int(4, 6)
  const last = [`vm-01-${servers}`, `vm-01-${servers - 1}`].slice(0, chance.int(1, 2))
  return {
    world: { hosts: rack(servers, 1, { habits: { spawnMs: 30_000 } }) },
    segment: { settings: { evacuate: { perTarget: 1 } } },
    events: [
      ...dies(chance),
      ...last.map((server): ScenarioEvent => {
        const moment = { when: `${host}: moving`, after: chance.int(1, 10) }
        return chance.percent(50)
          ? { ...moment, do: 'deleteServer', server }
          : { ...moment, do: 'evacuateByOthers', server, to: 'compute-03' }
      })
    ]
  }
}

/** One target never comes to an end with what it took; a person may wait for it once more. */
export function moveThatNeverEnds(chance: Chance): Omit<Scenario, 'expect'> {
  const hosts = rack(chance.int(1, 4), chance.int(1, 2))
  const isRetried = chance.percent(30)
  return {
    world: { hosts: { ...hosts, 'spare-1': { spare: true, habits: { spawnMs: 36_000_000 } } } },
    segment: { settings: { evacuate: { moveTimeoutMs: chance.pick([60_000, 120_000]) } } },
    events: [
      ...dies(chance),
      ...(isRetried ? [{ when: `${host}: held`, after: chance.int(5, 100), do: 'retry', host } as const] : [])
    ],
    untilSeconds: 900
  }
}
