import type { Fault, FaultKind } from '../faults.ts'
import type { Deed } from '../scenario.ts'
import type { Place } from './calls-in.ts'
import { callsIn, partable, places } from './calls-in.ts'
import type { Chance } from './chance.ts'
import { rowOfDeed, rowOfFault } from './fault-rows.ts'
import { harm } from './random-faults.ts'
import type { Cast, Way } from './ways-there.ts'
import { waysToCalls, waysToTargets } from './ways-there.ts'

/** A cell of the table, and what it takes to fill it. */
interface Cell {
  readonly row: string | undefined
  readonly state: Place
  /** Nothing else should come between. */
  readonly isCalm: boolean
  readonly play: (chance: Chance, cast: Cast) => Way
}

/** Each seed tries two cells of the table on purpose: chance alone would leave the rare ones empty for a long time. */
export function focusOf(seed: number): Pick<Cell, 'isCalm' | 'play'> {
  const tried = cellsOf(seed)
  return {
    isCalm: tried.some(cell => cell.isCalm),
    play(chance, cast) {
      const ways = tried.map(cell => cell.play(chance, cast))
      return { events: ways.flatMap(way => way.events), faults: ways.flatMap(way => way.faults ?? []) }
    }
  }
}

/** Whether a seed tries this cell on purpose. */
export function tries(seed: number, row: string, state: string): boolean {
  return cellsOf(seed).some(cell => cell.row === row && cell.state === state)
}

/** Other pairs in each round through the cells; one that needs calm is tried alone. */
function cellsOf(seed: number): Cell[] {
  const round = Math.floor(seed / cells.length)
  const pair = [seed, 31 * seed + 7 * round + 1].flatMap(index => cells[index % cells.length] ?? [])
  const calm = pair.find(cell => cell.isCalm)
  return calm === undefined ? pair : [calm]
}

const kindsOfAll: readonly FaultKind[] = ['errorBefore', 'errorAfter', 'hang', 'slow']

function faultCells(): Cell[] {
  return places.flatMap(state => [
    ...[...new Set<string>(callsIn[state])].flatMap(on =>
      (partable.includes(on) ? [...kindsOfAll, 'partial' as const] : kindsOfAll).map(kind => faultCell(state, on, kind))
    ),
    ...(['crashBefore', 'crashAfter', 'pauseBefore', 'pauseAfter'] as const).map(kind => faultCell(state, '*', kind))
  ])
}

function faultCell(state: Place, on: string, kind: FaultKind): Cell {
  const way = waysToCalls[`${state} ${on}`]
  return {
    row: rowOfFault({ do: kind }, on),
    state,
    isCalm: way !== undefined,
    play(chance, cast) {
      const fault: Fault = {
        on,
        in: state,
        nth: way !== undefined || chance.percent(70) ? 1 : chance.int(1, 5),
        ...harm(chance, on, kind),
        ...(kind.startsWith('pause') && { ms: chance.pick([4000, 20_000, 45_000]) })
      }
      return { events: way?.(chance, cast).events ?? [], faults: [fault] }
    }
  }
}

type HostDeed = (host: string) => Deed

const fates: readonly HostDeed[] = [
  ...(['panic', 'boot', 'cellDown', 'liftForceDown', 'forceDown', 'enable'] as const).map(
    (deed): HostDeed =>
      host => ({ do: deed, host })
  ),
  host => ({ do: 'bmc', host, bmc: { mode: 'unreachable' } }),
  host => ({ do: 'addServer', host, server: { name: `late-on-${host}`, powerState: 'shutdown' } })
]

const words: readonly HostDeed[] = [
  () => ({ do: 'arm' }),
  () => ({ do: 'disarm' }),
  ...(['approve', 'retry', 'cancel', 'alarm', 'ok', 'insufficient data', 'trigger'] as const).map(
    (word): HostDeed =>
      host => ({ do: word, host })
  ),
  host => ({ do: 'vouch', of: host })
]

const uses = (['deleteServer', 'stopServer', 'startServer', 'resizeServer'] as const).map(
  use =>
    (server: string): Deed => ({ do: use, server })
)

function happeningCells(): Cell[] {
  return places.flatMap(state => [
    ...[...words, ...fates].map(deed => happeningCell(deed, state, 'the failed host', (_, { host }) => host)),
    ...uses.map(deed => happeningCell(deed, state, 'the failed host', (chance, { servers }) => oneOf(chance, servers))),
    ...fates.map(deed => happeningCell(deed, state, 'a target', (chance, { targets }) => oneOf(chance, targets)))
  ])
}

function oneOf(chance: Chance, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : chance.pick(names)
}

type Subject = (chance: Chance, cast: Cast) => string | undefined

function happeningCell(deed: HostDeed, state: Place, whose: Parameters<typeof rowOfDeed>[1], subject: Subject): Cell {
  const way = whose === 'a target' || state === 'held' ? waysToTargets[state] : undefined
  return {
    row: rowOfDeed(deed('').do, whose),
    state,
    isCalm: way !== undefined,
    play(chance, cast) {
      const name = subject(chance, cast)
      if (name === undefined) return { events: [] }
      const there = way?.(chance, cast)
      // Some states last half a second.
      const moment = there?.moment ?? { when: `${cast.host}: ${state}`, after: chance.pick([0, 0.05, 0.2, 0.5, 2]) }
      return { ...there, events: [...(there?.events ?? []), { ...moment, ...deed(name) }] }
    }
  }
}

/** In a fixed order that mixes states and faults. */
const cells: readonly Cell[] = mixed([...faultCells(), ...happeningCells()])

function mixed(all: readonly Cell[]): Cell[] {
  const stride = 101
  return Array.from({ length: stride }, (_, first) => all.filter((_, index) => index % stride === first)).flat()
}
