import type { Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { dies, host, rack } from './rack.ts'

type Plight = (chance: Chance) => Omit<Scenario, 'expect'>

/**
 * Constellations in which one line of defence stands alone: chance alone meets each only once in thousands of seeds. What is
 * random in them is when and how much.
 */
export function plightOf(chance: Chance): Scenario {
  return { ...chance.pick(plights)(chance), quietSeconds: 200, expect: {} }
}

function alarmThatMustBeLookedUp(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(2, 1) },
    events: [
      { at: 5, do: 'panic', host },
      { at: chance.int(6, 20), do: 'alarm', host, nameless: true }
    ],
    faults: [{ on: 'alarms.definition', times: chance.int(1, 3), do: 'errorBefore', code: 'unreachable' }]
  }
}

/** It leaves some of the servers to us. */
function anotherToolAtWork(chance: Chance): Omit<Scenario, 'expect'> {
  const to = 'compute-03'
  const after = chance.int(0, 3)
  const when = `${host}: fencing`
  const orders = Array.from({ length: chance.int(4, 5) }, (_, index): ScenarioEvent => {
    return { when, after: after + index / 1000, do: 'evacuateByOthers', server: `vm-01-${index + 1}`, to }
  })
  return {
    world: { hosts: { ...rack(7, 1), [to]: { habits: { spawnMs: 90_000 } } } },
    events: [...dies(chance), ...orders]
  }
}

/** Nobody pulled the plug, nothing else tells that it lives, and its servers leave one by one. */
function wrongWordAndBack(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(5, 7), 1, { habits: { spawnMs: 20_000 } }) },
    segment: { alive: [], settings: { evacuate: { perTarget: 1 } } },
    events: [
      { at: 1, do: 'bmc', host, bmc: { mode: 'unreachable' } },
      { at: 5, do: 'cutOff', host },
      { at: 10, do: 'alarm', host },
      { when: `${host}: held`, after: chance.int(5, 20), do: 'vouch', of: host },
      // Not before it was looked at for the last time.
      { when: `${host}: moving`, after: chance.int(14, 40), do: 'reconnect', host }
    ]
  }
}

/** Its BMC lies that it is off, and it is back before its servers begin to leave, or during a hold. */
function liarThatReports(chance: Chance): Omit<Scenario, 'expect'> {
  const isEarly = chance.percent(50)
  return {
    world: {
      hosts: {
        ...rack(3, 1, { habits: { spawnMs: isEarly ? 2000 : 90_000 } }),
        [host]: { servers: 3, bmc: { mode: 'lies' } }
      }
    },
    segment: { settings: { evacuate: { moveTimeoutMs: 60_000, perTarget: 1 } } },
    events: [
      { at: 5, do: 'cutOff', host },
      { at: 10, do: 'alarm', host },
      { when: `${host}: ${isEarly ? 'isolating' : 'held'}`, after: chance.int(0, 5), do: 'reconnect', host }
    ],
    ...(isEarly && {
      faults: [{ on: 'cloud.migrationsFrom', in: 'isolating', do: 'hang', ms: chance.int(50, 58) * 1000 }]
    })
  }
}

function requestThatNeverArrived(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(2, 4), 1) },
    segment: { settings: { evacuate: { moveTimeoutMs: chance.pick([60_000, 600_000]) } } },
    events: dies(chance),
    faults: [{ on: 'cloud.evacuate', nth: chance.int(1, 2), do: 'errorBefore', code: 'unknown' }]
  }
}

function secondAttempt(chance: Chance): Omit<Scenario, 'expect'> {
  const habits = { failSpawn: chance.int(1, 2), spawnMs: chance.pick([2000, 20_000]) }
  return {
    world: { hosts: rack(chance.int(1, 3), 1, { habits }) },
    segment: { settings: { evacuate: { attempts: 3 } } },
    events: dies(chance)
  }
}

/** The first attempt has failed; the second one is still on its way to Nova when its caller gives up. */
function lateSecondAttempt(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(1, 1, { habits: { failSpawn: 1, spawnMs: 60_000 } }) },
    segment: { settings: { evacuate: { attempts: 3 } } },
    events: dies(chance),
    faults: [{ on: 'cloud.evacuate', nth: 2, do: 'late', ms: chance.pick([9000, 30_000]) }]
  }
}

/** The next process must know of it, though Nova does not yet. */
function diesWithARequestOnItsWay(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(1, 2), 1, { habits: { spawnMs: 60_000 } }) },
    events: dies(chance),
    faults: [{ on: 'cloud.evacuate', nth: 1, do: 'crashLate', ms: chance.pick([30_000, 45_000, 58_000]) }]
  }
}

function groupOnOneHost(chance: Chance): Omit<Scenario, 'expect'> {
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

/** Two hosts, to the moment, and one spare. */
function twoForOneSpare(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(2, 20)
  const both = [host, 'compute-02']
  return {
    world: { hosts: rack(2, 1), latencyMs: chance.pick([20, 400, 1500]) },
    replicas: chance.int(1, 2),
    events: both.flatMap((name): ScenarioEvent[] => [
      { at, do: 'panic', host: name },
      { at: at + 5, do: 'alarm', host: name }
    ])
  }
}

/** One at a time in all, and its place is given back when it takes too long. */
function targetDiesBetween(chance: Chance): Omit<Scenario, 'expect'> {
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
function oneSlowTarget(chance: Chance): Omit<Scenario, 'expect'> {
  const hosts = rack(chance.int(6, 8), 3)
  return {
    world: { hosts: { ...hosts, 'spare-1': { habits: { spawnMs: 90_000 }, spare: true } } },
    segment: { settings: { evacuate: { spread: 'fastest', perTarget: chance.int(1, 2) } } },
    events: dies(chance)
  }
}

function traitThatLags(chance: Chance): Omit<Scenario, 'expect'> {
  return {
    world: { hosts: rack(chance.int(1, 4), 1, { habits: { traitLagMs: chance.pick([30_000, 60_000]) } }) },
    segment: { settings: { evacuate: { attempts: 1 } } },
    events: dies(chance)
  }
}

function planThatChanges(chance: Chance): Omit<Scenario, 'expect'> {
  const after = chance.int(5, 40)
  const when = `${host}: held`
  const change: ScenarioEvent = chance.percent(50)
    ? { when, after: after - chance.pick([0.01, 0.3, 2]), do: 'deleteServer', server: 'vm-01-1' }
    : { when, after: after + chance.pick([0.01, 0.3]), do: 'deleteServer', server: 'vm-01-1' }
  return {
    world: { hosts: rack(3, 1) },
    segment: { approval: 'required' },
    events: [...dies(chance), { when, after, do: 'approve', host }, change]
  }
}

/** It was heard, and was well again; of its second firing nobody hears before the poll. */
function secondFiringIsLost(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(90, 180)
  return {
    world: { hosts: rack(chance.int(1, 3), 1) },
    polls: true,
    events: [
      { at: 5, do: 'alarm', host },
      { at: 8, do: 'ok', host },
      { at, do: 'panic', host },
      { at: at + chance.int(1, 200), do: 'alarmLost', host }
    ]
  }
}

const plights: readonly Plight[] = [
  alarmThatMustBeLookedUp,
  anotherToolAtWork,
  wrongWordAndBack,
  liarThatReports,
  requestThatNeverArrived,
  secondAttempt,
  lateSecondAttempt,
  diesWithARequestOnItsWay,
  groupOnOneHost,
  twoForOneSpare,
  targetDiesBetween,
  oneSlowTarget,
  traitThatLags,
  planThatChanges,
  secondFiringIsLost
]
