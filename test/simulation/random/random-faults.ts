import type { Fault, FaultKind } from '../faults.ts'
import { callsIn, commands, partable, places } from './calls-in.ts'
import type { Chance } from './chance.ts'

/** Up to six faults at ports; crashes are among them, and pauses when there are two replicas. */
export function randomFaults(chance: Chance, replicas: number): Fault[] {
  const count = Number(chance.weighted({ 0: 3, 1: 4, 2: 3, 4: 2, 6: 1 }))
  const faults = Array.from({ length: count }, () => randomFault(chance))
  return replicas > 1 && chance.percent(70) ? [...faults, randomPause(chance)] : faults
}

/** In one state as a rule, so that every state meets every fault; else anywhere. */
function randomFault(chance: Chance): Fault {
  if (chance.percent(12)) return { on: '*', ...randomPlace(chance), do: chance.pick(['crashBefore', 'crashAfter']) }
  const state = chance.pick(places)
  const on: string = chance.pick<string>(callsIn[state])
  const isEverywhere = chance.percent(15)
  return {
    on,
    ...(isEverywhere ? {} : { in: state }),
    nth: isEverywhere ? chance.int(1, 40) : chance.percent(70) ? chance.int(1, 2) : chance.int(3, 20),
    ...(chance.percent(25) && { times: chance.int(2, 12) }),
    ...harm(chance, on, kindOf(chance, on))
  }
}

function kindOf(chance: Chance, on: string): FaultKind {
  if (partable.includes(on) && chance.percent(30)) return 'partial'
  return chance.pick(['errorBefore', 'errorBefore', 'errorAfter', 'errorAfter', 'hang', 'slow'])
}

/** What `kind` needs besides: how late, or how it fails. */
export function harm(chance: Chance, on: string, kind: FaultKind): Pick<Fault, 'do' | 'code' | 'ms'> {
  if (kind === 'hang' || kind === 'slow') return { do: kind, ms: chance.pick([2000, 9000, 30_000, 70_000]) }
  const isError = kind === 'errorBefore' || kind === 'errorAfter'
  if (!isError || on.startsWith('store.') || on === 'probe.ask') return { do: kind }
  return { do: kind, code: kind === 'errorAfter' ? 'unknown' : chance.pick(codesOf(on)) }
}

function codesOf(on: string): readonly string[] {
  if (on.startsWith('fencing.')) return ['unreachable', 'unreachable', 'unknown', 'refused', 'identity']
  if (commands.includes(on)) return ['unreachable', 'unreachable', 'refused', 'conflict', 'forbidden', 'unknown']
  return ['unreachable', 'unreachable', 'unreachable', 'forbidden']
}

function randomPlace(chance: Chance): Pick<Fault, 'in' | 'nth'> {
  return chance.percent(80)
    ? { in: chance.pick(places), nth: chance.percent(70) ? chance.int(1, 6) : chance.int(7, 50) }
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
