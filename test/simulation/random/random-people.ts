import type { Moment, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'

const working = ['confirming', 'planning', 'fencing', 'isolating', 'preparing', 'moving', 'verifying']

/** Operators at bad moments. */
export function randomPeople(chance: Chance, hosts: readonly string[], spares: readonly string[]): ScenarioEvent[] {
  const host = chance.percent(85) ? (hosts[0] ?? '') : chance.pick([...hosts, ...spares])
  const events: ScenarioEvent[] = []
  const moment = (states: readonly string[], longest = 12): { when: string; after: number } => ({
    when: `${host}: ${chance.pick(states)}`,
    after: chance.int(0, longest)
  })
  if (chance.percent(20)) events.push({ ...moment(['held'], 120), do: 'retry', host })
  if (chance.percent(10)) events.push({ ...moment([...working, 'held', 'partial']), do: 'retry', host })
  if (chance.percent(10)) events.push({ ...moment([...working, 'held']), do: 'cancel', host })
  if (chance.percent(15)) events.push(...vouching(chance, host, moment(['held'], 120)))
  if (chance.percent(6)) events.push(...wrongWord(chance, host, spares))
  if (chance.percent(8)) {
    const subject = chance.percent(50) ? { server: 'vm-01-1' } : { host: chance.pick([...hosts, ...spares]) }
    events.push({ ...moment(['held'], 200), do: 'vouch', of: host, ...subject })
  }
  if (chance.percent(20)) events.push({ ...moment(['held'], 60), do: 'approve', host })
  if (chance.percent(8)) {
    const disarmed = moment(working)
    events.push({ ...disarmed, do: 'disarm' })
    if (chance.percent(80)) events.push({ ...disarmed, after: disarmed.after + chance.int(1, 200), do: 'arm' })
  }
  if (chance.percent(8)) events.push({ ...moment(working), do: 'trigger', host })
  if (chance.percent(10)) events.push(...otherHands(chance, host, spares, moment([...working, 'held'], 20)))
  return events
}

/** Most go and pull the plug before they give their word. */
function vouching(chance: Chance, host: string, moment: { when: string; after: number }): ScenarioEvent[] {
  const word: ScenarioEvent = { ...moment, after: moment.after + 1, do: 'vouch', of: host }
  return chance.percent(60) ? [{ ...moment, do: 'powerOff', host }, word] : [word]
}

/** Nobody pulled the plug: it is cut off, somebody vouches for it all the same, and the cable is plugged in while servers move slowly. */
function wrongWord(chance: Chance, host: string, spares: readonly string[]): ScenarioEvent[] {
  return [
    { at: 1, do: 'bmc', host, bmc: { mode: 'unreachable' } },
    { at: chance.int(2, 20), do: 'cutOff', host },
    { at: chance.int(21, 30), do: 'alarm', host },
    ...spares.map((spare): ScenarioEvent => ({ at: 1, do: 'habits', host: spare, habits: { spawnMs: 20_000 } })),
    { when: `${host}: held`, after: chance.int(5, 20), do: 'vouch', of: host },
    { when: `${host}: moving`, after: chance.int(0, 9), do: 'reconnect', host }
  ]
}

/** Others who work on the same cloud. */
function otherHands(chance: Chance, host: string, spares: readonly string[], moment: Moment): ScenarioEvent[] {
  const spare = spares.length === 0 ? undefined : chance.pick(spares)
  switch (chance.weighted({ liftForceDown: 2, forceDown: 2, enable: 1, cell: 3, guest: 3, adopt: 2 })) {
    case 'liftForceDown':
    case 'forceDown':
      return [{ ...moment, do: chance.pick(['liftForceDown', 'forceDown'] as const), host }]
    case 'enable':
      return [{ ...moment, do: 'enable', host: spare ?? host }]
    case 'cell': {
      const after = ('after' in moment ? (moment.after ?? 0) : 0) + chance.int(3, 120)
      return 'when' in moment
        ? [
            { ...moment, do: 'cellDown', host },
            { when: moment.when, after, do: 'cellUp', host }
          ]
        : []
    }
    case 'guest': {
      const need = { VCPU: 32, MEMORY_MB: 131_072, DISK_GB: 500 }
      return spare === undefined ? [] : [{ ...moment, do: 'addServer', host: spare, server: { name: 'other-1', need } }]
    }
    case 'adopt':
      return spare === undefined ? [] : [{ ...moment, do: 'adoptSpare', host: spare }]
  }
}
