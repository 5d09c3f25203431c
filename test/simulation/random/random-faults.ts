import type { Fault } from '../faults.ts'
import type { Chance } from './chance.ts'

const reads = ['hosts', 'serversOn', 'server', 'migrationsFrom', 'groups', 'aggregates', 'addresses', 'needs', 'rooms']
const checks = ['portsOf', 'attachmentsOf']
const commands = ['isolate', 'enable', 'disable', 'addToAggregate', 'evacuate', 'resetToError', 'stop']
const storeCalls = [
  'write',
  'claim',
  'renew',
  'steps',
  'commands',
  'signalCounts',
  'reserveTarget',
  'admit',
  'takeSlot'
]

/** Up to six faults at ports; crashes are among them. */
export function randomFaults(chance: Chance): Fault[] {
  const count = Number(chance.weighted({ 0: 4, 1: 4, 2: 3, 4: 2, 6: 1 }))
  return Array.from({ length: count }, () => randomFault(chance))
}

function randomFault(chance: Chance): Fault {
  const nth = chance.weighted({ low: 3, high: 1 }) === 'low' ? chance.int(1, 6) : chance.int(7, 60)
  const times = chance.percent(75) ? {} : { times: chance.int(2, 12) }
  switch (chance.weighted({ read: 5, command: 6, fencing: 4, store: 4, alarms: 1, probe: 1, crash: 3 })) {
    case 'read':
      return {
        on: `cloud.${chance.pick([...reads, ...checks, '*'])}`,
        nth,
        ...times,
        ...randomHarm(chance, 'unreachable')
      }
    case 'command':
      return { on: `cloud.${chance.pick(commands)}`, nth: chance.int(1, 4), ...times, ...commandHarm(chance) }
    case 'fencing':
      return {
        on: `fencing.${chance.pick(['read', 'powerOff', '*'])}`,
        nth,
        ...times,
        ...randomHarm(chance, chance.pick(['unreachable', 'unknown', 'refused']))
      }
    case 'store':
      return { on: `store.${chance.pick([...storeCalls, '*'])}`, nth, ...times, ...randomHarm(chance, '') }
    case 'alarms':
      return { on: 'alarms.*', ...times, ...randomHarm(chance, 'unreachable') }
    case 'probe':
      return { on: 'probe.ask', nth, ...times, ...hang(chance) }
    case 'crash':
      return { on: '*', nth: chance.int(1, 600), do: chance.pick(['crashBefore', 'crashAfter'] as const) }
  }
}

function hang(chance: Chance): Pick<Fault, 'do' | 'ms'> {
  return { do: 'hang', ms: chance.pick([2000, 9000, 30_000, 70_000]) }
}

function randomHarm(chance: Chance, code: string): Pick<Fault, 'do' | 'ms' | 'code'> {
  const named = code === '' ? {} : { code }
  switch (chance.weighted({ before: 2, after: 2, hang: 2 })) {
    case 'before':
      return { do: 'errorBefore', ...named }
    case 'after':
      return { do: 'errorAfter', ...named }
    case 'hang':
      return hang(chance)
  }
}

/** A command that Nova refuses, that never arrives, or whose answer is lost. */
function commandHarm(chance: Chance): Pick<Fault, 'do' | 'ms' | 'code'> {
  switch (chance.weighted({ unsent: 2, refused: 2, lost: 4, hang: 2 })) {
    case 'unsent':
      return { do: 'errorBefore', code: 'unreachable' }
    case 'refused':
      return { do: 'errorBefore', code: chance.pick(['refused', 'conflict', 'forbidden', 'unknown']) }
    case 'lost':
      return { do: 'errorAfter', code: 'unknown' }
    case 'hang':
      return hang(chance)
  }
}
