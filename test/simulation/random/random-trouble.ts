import type { Moment, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'

const deaths = { panic: 8, powerOff: 4, cutOff: 5, killCompute: 2, hangCompute: 2 } as const
type Death = keyof typeof deaths

/** Hosts that die, hang or are cut off, what Aodh says of it, and hosts that return. */
export function randomTrouble(
  chance: Chance,
  hosts: readonly string[],
  spares: readonly string[],
  isCalm: boolean
): ScenarioEvent[] {
  if (isCalm) return plainFailure(chance, hosts[0] ?? '')
  const count = Number(chance.weighted({ 0: 1, 1: 12, 2: 4, 3: 1 }))
  const [first, ...others] = hosts
  const failing = [first ?? '', ...chance.some(others, 2)].slice(0, count)
  const events =
    count > 1 && chance.percent(25)
      ? failTogether(chance, failing)
      : failing.flatMap((host, index) => randomFailure(chance, host, index === 0 ? 0 : laterBy(chance)))
  if (chance.percent(12)) events.push(...spareTrouble(chance, hosts[0] ?? '', spares))
  if (chance.percent(10)) events.push(...bmcTrouble(chance, hosts[0] ?? ''))
  if (count === 0 || chance.percent(15)) events.push(...falseAlarm(chance, chance.pick(hosts)))
  return events
}

/** Both at once, to the moment: whatever their recoveries do, they do at the same time. */
function failTogether(chance: Chance, hosts: readonly string[]): ScenarioEvent[] {
  const at = chance.int(2, 20)
  const death = chance.pick(['panic', 'powerOff', 'cutOff'] as const)
  return hosts.flatMap((host): ScenarioEvent[] => [
    { at, do: death, host },
    { at: at + 5, do: 'alarm', host }
  ])
}

/** A switch or a rack takes several with it; as a rule they fail one after the other. */
function laterBy(chance: Chance): number {
  return chance.percent(30) ? chance.int(0, 3) : chance.int(0, 200)
}

/** It dies, and Aodh says so. */
function plainFailure(chance: Chance, host: string): ScenarioEvent[] {
  const at = chance.int(2, 20)
  return [
    { at, do: chance.pick(['panic', 'powerOff', 'cutOff'] as const), host },
    { at: at + chance.int(1, 8), do: 'alarm', host }
  ]
}

function randomFailure(chance: Chance, host: string, later: number): ScenarioEvent[] {
  const at = later + chance.int(2, 20)
  const death = chance.weighted(deaths)
  return [{ at, do: death, host }, ...alarmsOf(chance, host, at), ...randomReturn(chance, host, at, death)]
}

/** Aodh's deliveries: one as a rule; some are lost and a person sees it, some come twice, late or out of order. */
function alarmsOf(chance: Chance, host: string, diedAt: number): ScenarioEvent[] {
  const at = diedAt + chance.int(1, 8)
  const nameless = chance.percent(15) ? { nameless: true as const } : {}
  const alarm = (seconds: number): ScenarioEvent => ({ at: seconds, do: 'alarm', host, ...nameless })
  switch (chance.weighted({ once: 12, twice: 3, late: 2, lost: 2, outOfOrder: 2, insufficient: 2, never: 1 })) {
    case 'once':
      return [alarm(at)]
    case 'twice':
      return [alarm(at), alarm(at + chance.pick([0, 1, 30, 90, 300]))]
    case 'late':
      return [alarm(at + chance.int(60, 400))]
    case 'lost':
      return [
        { at, do: 'alarmLost', host },
        { at: at + chance.int(30, 300), do: 'trigger', host }
      ]
    case 'outOfOrder':
      return [{ at, do: 'ok', host }, alarm(at + chance.int(0, 5))]
    case 'insufficient':
      return [{ at, do: 'insufficient data', host }, ...(chance.percent(70) ? [alarm(at + chance.int(5, 60))] : [])]
    case 'never':
      return []
  }
}

const states = [
  'confirming',
  'planning',
  'fencing',
  'isolating',
  'preparing',
  'moving',
  'verifying',
  'held',
  'recovered'
]

/** It comes back by itself (a cable, a hung process) or by a person's hand, at a moment that suits nobody. */
function randomReturn(chance: Chance, host: string, diedAt: number, death: Death): ScenarioEvent[] {
  const back = death === 'cutOff' ? 'reconnect' : death === 'panic' || death === 'powerOff' ? 'boot' : 'startCompute'
  const isByItself = back !== 'boot'
  if (!chance.percent(isByItself ? 40 : 18)) return []
  const moment: Moment = chance.percent(40)
    ? { at: diedAt + chance.int(5, 400) }
    : { when: `${host}: ${chance.pick(states)}`, after: chance.int(0, 8) }
  // Who brings a host back follows the manual: its queue is emptied first.
  return back === 'boot'
    ? [
        { ...moment, do: 'purgeQueue', host },
        { ...moment, do: back, host }
      ]
    : [{ ...moment, do: back, host }]
}

/** A BMC that breaks at a bad moment, and mends perhaps. */
function bmcTrouble(chance: Chance, host: string): ScenarioEvent[] {
  const when = `${host}: ${chance.pick(['confirming', 'planning', 'fencing', 'isolating', 'moving', 'held'])}`
  const after = chance.int(0, 6)
  const bmc = { mode: chance.pick(['unreachable', 'unreachable', 'stuckOn', 'otherMachine'] as const) }
  const broken: ScenarioEvent = { when, after, do: 'bmc', host, bmc }
  if (!chance.percent(70)) return [broken]
  return [broken, { when, after: after + chance.int(5, 300), do: 'bmc', host, bmc: { mode: 'good' } }]
}

/** A spare dies before or while it is used. */
function spareTrouble(chance: Chance, host: string, spares: readonly string[]): ScenarioEvent[] {
  if (spares.length === 0) return []
  const spare = chance.pick(spares)
  const moment: Moment = chance.percent(20)
    ? { at: chance.int(5, 100) }
    : {
        when: `${host}: ${chance.pick(['planning', 'fencing', 'preparing', 'moving', 'verifying'])}`,
        after: chance.int(0, 9)
      }
  const death: ScenarioEvent = { ...moment, do: chance.weighted(deaths), host: spare }
  const after = ('when' in moment ? (moment.after ?? 0) : 0) + chance.int(20, 200)
  const alarm: ScenarioEvent[] =
    'when' in moment && chance.percent(50) ? [{ when: moment.when, after, do: 'alarm', host: spare }] : []
  const back: ScenarioEvent[] =
    'when' in moment && chance.percent(30) ? [{ when: moment.when, after: after + 100, do: 'boot', host: spare }] : []
  return [death, ...alarm, ...back]
}

function falseAlarm(chance: Chance, host: string): ScenarioEvent[] {
  const at = chance.int(2, 60)
  return [
    { at, do: chance.pick(['alarm', 'alarm', 'trigger', 'insufficient data'] as const), host },
    ...(chance.percent(50) ? [{ at: at + chance.int(1, 60), do: 'ok', host } as const] : []),
    ...(chance.percent(40) ? [{ at: at + chance.int(1, 12), do: 'alarm', host } as const] : [])
  ]
}
