import type { State } from '../../../src/core/recovery.ts'
import type { Fault, FaultKind } from '../faults.ts'
import type { Chance } from './chance.ts'

const planReads = ['hosts', 'serversOn', 'migrationsFrom', 'groups', 'aggregates'].map(cloud)
const alive = ['cloud.addresses', 'probe.ask']
const placement = ['cloud.needs', 'cloud.rooms']
const power = ['fencing.read', 'fencing.read', 'fencing.powerOff']
const stored = ['store.write', 'store.commands', 'store.*']
const aodh = ['alarms.definition', 'alarms.rearm']

/** What the driver of a recovery calls in each state. */
const callsIn: Readonly<Partial<Record<State, readonly string[]>>> = {
  confirming: ['cloud.hosts', ...alive, 'store.signalCounts', ...stored, ...aodh],
  planning: [...planReads, ...placement, 'cloud.isolate', 'store.reserveTarget', 'store.admit', ...stored, ...aodh],
  fencing: [...power, ...power, ...alive, ...planReads, ...placement, 'cloud.disable', 'store.arming', ...stored],
  isolating: ['cloud.isolate', 'cloud.isolate', ...planReads, ...placement, 'store.arming', ...stored],
  preparing: [
    ...['hosts', 'aggregates', 'rooms', 'enable', 'enable', 'addToAggregate', 'addToAggregate'].map(cloud),
    ...['store.arming', ...stored]
  ],
  moving: [
    ...['hosts', 'migrationsFrom', 'server', 'rooms', 'evacuate', 'evacuate', 'resetToError', 'stop'].map(cloud),
    ...['fencing.read', ...alive, 'store.takeSlot', 'store.freeSlots', 'store.arming', ...stored]
  ],
  verifying: [
    ...['hosts', 'serversOn', 'server', 'portsOf', 'attachmentsOf', 'disable'].map(cloud),
    ...[...stored, ...aodh, ...aodh]
  ],
  held: ['cloud.hosts', ...planReads, ...placement, ...alive, 'fencing.read', ...stored, 'cloud.disable', ...aodh]
}

const states = Object.keys(callsIn) as State[]
const commands = ['isolate', 'enable', 'disable', 'addToAggregate', 'evacuate', 'resetToError', 'stop'].map(cloud)
const parted = ['hosts', 'addresses', 'portsOf', 'attachmentsOf', 'rooms', 'needs'].map(cloud)

function cloud(method: string): string {
  return `cloud.${method}`
}

/** Up to six faults at ports; crashes are among them, and pauses when there are two replicas. */
export function randomFaults(chance: Chance, replicas: number): Fault[] {
  const count = Number(chance.weighted({ 0: 3, 1: 4, 2: 3, 4: 2, 6: 1 }))
  const faults = Array.from({ length: count }, () => randomFault(chance))
  return replicas > 1 && chance.percent(70) ? [...faults, randomPause(chance)] : faults
}

/** In one state as a rule, so that every state meets every fault; else anywhere. */
function randomFault(chance: Chance): Fault {
  if (chance.percent(12)) return { on: '*', ...randomPlace(chance), do: chance.pick(['crashBefore', 'crashAfter']) }
  const state = chance.pick(states)
  const on = chance.pick(callsIn[state] ?? [])
  const isEverywhere = chance.percent(15)
  return {
    on,
    ...(isEverywhere ? {} : { in: state }),
    nth: isEverywhere ? chance.int(1, 40) : chance.percent(70) ? chance.int(1, 2) : chance.int(3, 20),
    ...(chance.percent(25) && { times: chance.int(2, 12) }),
    ...randomHarm(chance, on)
  }
}

function randomHarm(chance: Chance, on: string): Pick<Fault, 'do' | 'code' | 'ms'> {
  if (parted.includes(on) && chance.percent(30)) return { do: 'partial' }
  const kind: FaultKind = chance.pick(['errorBefore', 'errorBefore', 'errorAfter', 'errorAfter', 'hang', 'slow'])
  if (kind === 'hang' || kind === 'slow') return { do: kind, ms: chance.pick([2000, 9000, 30_000, 70_000]) }
  if (on.startsWith('store.') || on === 'probe.ask') return { do: kind }
  return { do: kind, code: kind === 'errorAfter' ? 'unknown' : chance.pick(codesOf(on)) }
}

function codesOf(on: string): readonly string[] {
  if (on.startsWith('fencing.')) return ['unreachable', 'unreachable', 'unknown', 'refused', 'identity']
  if (commands.includes(on)) return ['unreachable', 'unreachable', 'refused', 'conflict', 'forbidden', 'unknown']
  return ['unreachable', 'unreachable', 'unreachable', 'forbidden']
}

function randomPlace(chance: Chance): Pick<Fault, 'in' | 'nth'> {
  return chance.percent(80)
    ? { in: chance.pick(states), nth: chance.percent(70) ? chance.int(1, 6) : chance.int(7, 50) }
    : { nth: chance.int(1, 400) }
}

/** Longer than the lease, as a rule: somebody else goes on meanwhile. */
function randomPause(chance: Chance): Fault {
  return {
    on: chance.pick(['*', '*', '*', 'cloud.evacuate', 'store.write', 'fencing.*']),
    ...randomPlace(chance),
    do: chance.pick(['pauseBefore', 'pauseAfter']),
    ms: chance.pick([4000, 14_000, 20_000, 45_000, 100_000])
  }
}
