import type { Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { dies, host, rack } from './rack.ts'

export function alarmThatMustBeLookedUp(chance: Chance): Omit<Scenario, 'expect'> {
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
export function anotherToolAtWork(chance: Chance): Omit<Scenario, 'expect'> {
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
export function wrongWordAndBack(chance: Chance): Omit<Scenario, 'expect'> {
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
export function liarThatReports(chance: Chance): Omit<Scenario, 'expect'> {
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

/** Its BMC says off all the time, and is found out; whoever then drives the recovery was started when nothing showed that any more. */
export function liarThatIsKnown(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(130, 180)
  const replicas = chance.int(1, 2)
  const crashes = Array.from({ length: replicas }, (_, replica): ScenarioEvent => {
    return { at: at + chance.int(1, 4), do: 'crash', replica }
  })
  return {
    world: { hosts: { ...rack(3, 1), [host]: { servers: 3, bmc: { mode: 'lies' } } } },
    ...(chance.percent(50) && { segment: { fencing: ['bmc', 'ipmi'] } }),
    rehearses: true,
    replicas,
    events: [{ at, do: 'cutOff', host }, ...crashes, { at: at + 10, do: 'alarm', host }]
  }
}

/** Off by itself, so that nobody had to power it off; isolated, and switched on when nobody may fence it again. */
export function backWhileDisarmed(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(2, 20)
  return {
    world: { hosts: rack(chance.int(1, 4), 1) },
    events: [
      { at, do: 'powerOff', host },
      { at: at + 5, do: 'alarm', host },
      { when: `${host}: preparing`, after: chance.pick([0.1, 0.3, 1]), do: 'disarm' },
      { when: `${host}: moving`, after: chance.pick([0, 0.1, 2]), do: 'boot', host }
    ],
    helper: chance.percent(50)
  }
}

/** Two hosts, to the moment, and one spare. */
export function twoForOneSpare(chance: Chance): Omit<Scenario, 'expect'> {
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

export function planThatChanges(chance: Chance): Omit<Scenario, 'expect'> {
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

/** Recovered, and back under our force-down; a person triggers it at some moment between two of its reports. */
export function triggeredWhenItIsBack(chance: Chance): Omit<Scenario, 'expect'> {
  const when = `${host}: recovered`
  return {
    world: { hosts: rack(1, 2) },
    segment: { alive: [], settings: { confirm: { downMs: chance.pick([2000, 5000]) } } },
    events: [
      { at: 5, do: 'powerOff', host },
      { at: 10, do: 'alarm', host },
      { when, after: 10, do: 'boot', host },
      { when, after: 60, do: 'addServer', host, server: { name: 'vm-new' } },
      { when, after: chance.int(65, 75), do: 'trigger', host }
    ]
  }
}

/** It was heard, and was well again; of its second firing nobody hears before the poll. */
export function secondFiringIsLost(chance: Chance): Omit<Scenario, 'expect'> {
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

/** A person takes it out of service within the minute in which Nova still calls it up: that moves the date of its report. */
export function takenOutOfServiceWhenItDied(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(15, 35)
  return {
    world: { hosts: rack(2, 1) },
    // Where nothing else is asked, Nova's word stands alone.
    segment: { alive: [] },
    events: [
      { at: 5, do: chance.pick(['panic', 'powerOff', 'cutOff'] as const), host },
      { at: 10, do: 'alarm', host },
      { at, do: 'disable', host },
      { at: at + chance.int(3, 8), do: 'forceDown', host }
    ]
  }
}

/** Well when it was looked at; it dies, and its next alarm comes, while Aodh keeps the end waiting. */
export function diesWhileItIsDismissed(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(36, 50)
  return {
    world: { hosts: rack(chance.int(1, 3), 1) },
    events: [
      { at: 5, do: 'alarm', host },
      { at, do: 'panic', host },
      { at: at + 1, do: chance.pick(['alarm', 'trigger'] as const), host }
    ],
    faults: [{ on: 'alarms.rearm', in: 'confirming', do: 'hang', ms: 40_000 }]
  }
}
