import type { State } from '../../../src/core/recovery.ts'
import type { Fault, FaultKind } from '../faults.ts'
import type { Chance } from './chance.ts'

/** Ports by what goes wrong with them; `kinds` are the faults that each may meet. */
const groups = {
  'Nova read': {
    on: ['hosts', 'serversOn', 'server', 'migrationsFrom', 'groups', 'aggregates', 'addresses', '*'].map(cloud),
    kinds: ['errorBefore', 'hang', 'slow'],
    codes: ['unreachable', 'unreachable', 'unreachable', 'forbidden']
  },
  'Nova part': {
    on: ['hosts', 'hosts', 'addresses', 'portsOf', 'attachmentsOf'].map(cloud),
    kinds: ['partial'],
    codes: []
  },
  Placement: { on: ['rooms', 'needs'].map(cloud), kinds: ['errorBefore', 'hang', 'partial'], codes: ['unreachable'] },
  'Nova command': {
    on: ['isolate', 'enable', 'disable', 'addToAggregate', 'evacuate', 'evacuate', 'resetToError', 'stop'].map(cloud),
    kinds: ['errorBefore', 'errorAfter', 'errorAfter', 'hang', 'slow'],
    codes: ['unreachable', 'refused', 'conflict', 'forbidden', 'unknown']
  },
  BMC: {
    on: ['fencing.read', 'fencing.powerOff', 'fencing.*'],
    kinds: ['errorBefore', 'errorAfter', 'hang', 'slow'],
    codes: ['unreachable', 'unreachable', 'unknown', 'refused', 'identity']
  },
  Aodh: { on: ['alarms.*'], kinds: ['errorBefore', 'errorAfter', 'hang', 'slow'], codes: ['unreachable', 'forbidden'] },
  probe: { on: ['probe.ask'], kinds: ['errorBefore', 'hang', 'slow'], codes: [] },
  store: {
    on: ['store.*', 'store.write', 'store.takeSlot', 'store.reserveTarget', 'store.arming', 'store.commands'],
    kinds: ['errorBefore', 'errorAfter', 'hang', 'slow'],
    codes: []
  },
  process: { on: ['*'], kinds: ['crashBefore', 'crashAfter'], codes: [] }
} as const satisfies Record<string, { on: readonly string[]; kinds: readonly FaultKind[]; codes: readonly string[] }>

const weights: Record<keyof typeof groups, number> = {
  'Nova read': 5,
  'Nova part': 2,
  Placement: 2,
  'Nova command': 6,
  BMC: 5,
  Aodh: 1,
  probe: 2,
  store: 5,
  process: 4
}

const states: readonly State[] = [
  'confirming',
  'planning',
  'fencing',
  'isolating',
  'preparing',
  'moving',
  'moving',
  'verifying',
  'held'
]

function cloud(method: string): string {
  return `cloud.${method}`
}

/** Up to six faults at ports; crashes are among them, and pauses when there are two replicas. */
export function randomFaults(chance: Chance, replicas: number): Fault[] {
  const count = Number(chance.weighted({ 0: 4, 1: 4, 2: 3, 4: 2, 6: 1 }))
  const faults = Array.from({ length: count }, () => randomFault(chance))
  return replicas > 1 && chance.percent(60) ? [...faults, randomPause(chance)] : faults
}

function randomFault(chance: Chance): Fault {
  const { on, kinds, codes } = groups[chance.weighted(weights)]
  const kind: FaultKind = chance.pick<FaultKind>(kinds)
  const isError = kind === 'errorBefore' || kind === 'errorAfter'
  const code = kind === 'errorAfter' ? 'unknown' : codes.length === 0 ? undefined : chance.pick<string>(codes)
  return {
    on: chance.pick<string>(on),
    ...randomPlace(chance),
    ...(chance.percent(25) && !kind.startsWith('crash') && { times: chance.int(2, 12) }),
    do: kind,
    ...(isError && code !== undefined && { code }),
    ...((kind === 'hang' || kind === 'slow') && { ms: chance.pick([2000, 9000, 30_000, 70_000]) })
  }
}

/** In one state as a rule, so that every state meets every fault; else anywhere. */
function randomPlace(chance: Chance): Pick<Fault, 'in' | 'nth'> {
  if (!chance.percent(75)) return { nth: chance.int(1, 400) }
  return { in: chance.pick(states), nth: chance.percent(70) ? chance.int(1, 5) : chance.int(6, 60) }
}

/** Longer than the lease, as a rule: somebody else goes on meanwhile. */
function randomPause(chance: Chance): Fault {
  return {
    on: chance.pick(['*', '*', 'cloud.evacuate', 'cloud.*', 'store.write', 'fencing.*']),
    ...randomPlace(chance),
    do: chance.pick(['pauseBefore', 'pauseAfter']),
    ms: chance.pick([4000, 14_000, 20_000, 45_000, 100_000])
  }
}
