import type { Fault } from '../faults.ts'
import type { Moment, ScenarioEvent } from '../scenario.ts'
import type { Place } from './calls-in.ts'
import type { Chance } from './chance.ts'

/** Who is who in a scenario: the host that fails, what it may lose, where it may go. */
export interface Cast {
  readonly host: string
  readonly servers: readonly string[]
  readonly targets: readonly string[]
}

/** What has to happen so that something meets a state. */
export interface Way {
  readonly events: readonly ScenarioEvent[]
  readonly faults?: readonly Fault[]
}

type Find<W extends Way> = (chance: Chance, cast: Cast) => W

/** The end of a cancelled recovery sets its alarm back. */
const cancelled =
  (state: Place, latest: number): Find<Way> =>
  (chance, { host }) => ({
    events: [{ when: `${host}: ${state}`, after: chance.pick([0, latest / 2, latest]), do: 'cancel', host }]
  })

/** Signs of life are asked for while only a person's word says that it is off. */
const vouchedFor: Find<Way> = (_, { host }) => ({
  events: [
    { at: 1, do: 'bmc', host, bmc: { mode: 'unreachable' } },
    { when: `${host}: held`, after: 5, do: 'powerOff', host },
    { when: `${host}: held`, after: 10, do: 'vouch', of: host }
  ]
})

/** It is held until its power can be read. */
const unreadable: Find<Way> = (chance, { host }) => ({
  events: [
    { at: 1, do: 'bmc', host, bmc: { mode: chance.pick(['unreachable', 'stuckOn']) } },
    { when: `${host}: held`, after: 60, do: 'bmc', host, bmc: { mode: 'good' } }
  ]
})

/** A spare that was enabled for nothing is disabled again. */
const nothingLeft: Find<Way> = (chance, { host, servers }) => {
  const when = `${host}: ${chance.pick(['isolating', 'preparing'])}`
  return { events: servers.map(server => ({ when, after: 0.1, do: 'deleteServer', server })) }
}

/** A target that failed after a guest ran there is closed, fenced, and forced down. */
const failedTargets: Find<Way> = (_, { targets }) => ({
  events: targets.map(host => ({ at: 1, do: 'habits', host, habits: { failAfterSpawn: 9 } }))
})

/** Calls that are made in a state only after something else went wrong. */
export const waysToCalls: Readonly<Record<string, Find<Way>>> = {
  'planning alarms.definition': cancelled('planning', 0.1),
  'planning alarms.rearm': cancelled('planning', 0.1),
  'planning cloud.isolate': failedTargets,
  'fencing alarms.definition': cancelled('fencing', 2),
  'fencing alarms.rearm': cancelled('fencing', 2),
  'fencing cloud.disable': failedTargets,
  'held fencing.read': unreadable,
  'moving alarms.definition': cancelled('moving', 4),
  'moving alarms.rearm': cancelled('moving', 4),
  'moving cloud.addresses': vouchedFor,
  'moving probe.ask': vouchedFor,
  'verifying cloud.disable': nothingLeft
}

/** It has targets before it moves anything, and while it is held, only when it was further before; and it must be held. */
export const waysToTargets: Partial<Record<Place, Find<Way & { readonly moment: Moment }>>> = {
  confirming: (chance, { host }) => ({
    moment: { when: `${host}: fencing`, after: chance.pick([1.5, 2.5, 3.5, 5]) },
    events: [],
    faults: [
      // What can't be read before the fence is confirmed again.
      { on: 'cloud.hosts', in: 'fencing', do: 'errorBefore', code: 'unreachable' },
      slowly('probe.ask', 'confirming')
    ]
  }),
  planning: (chance, { host }) => ({
    moment: { when: `${host}: held`, after: chance.pick([5, 6, 7, 8]) },
    events: [disarmed(chance, host), { when: `${host}: held`, after: 2, do: 'arm' }],
    faults: [slowly('cloud.groups', 'planning')]
  }),
  held: (chance, { host }) => ({
    moment: { when: `${host}: held`, after: chance.pick([0.2, 2, 20]) },
    events: chance.percent(70)
      ? [disarmed(chance, host)]
      : [{ at: 1, do: 'bmc', host, bmc: { mode: chance.pick(['unreachable', 'stuckOn']) } }]
  })
}

function disarmed(chance: Chance, host: string): ScenarioEvent {
  return { when: `${host}: moving`, after: chance.pick([0.2, 1, 3]), do: 'disarm' }
}

/** So that there is time in between. */
function slowly(on: string, state: Place): Fault {
  return { on, in: state, do: 'slow', ms: 4000, times: 99 }
}
