import type { Fault, FaultKind } from '../faults.ts'
import type { Deed, ScenarioEvent } from '../scenario.ts'
import type { Place } from './calls-in.ts'
import { callsIn, partable, places } from './calls-in.ts'
import type { Chance } from './chance.ts'
import { harm } from './random-faults.ts'

/** Who is who in a scenario: the host that fails, what it may lose, where it may go. */
export interface Cast {
  readonly host: string
  readonly servers: readonly string[]
  readonly targets: readonly string[]
}

type Cell = (chance: Chance, cast: Cast) => { fault: Fault } | { event: ScenarioEvent } | undefined

/**
 * Each seed tries two cells of the table on purpose, the next seed the next two: chance alone would leave the rare ones
 * empty for a long time.
 */
export function focusOf(seed: number, chance: Chance, cast: Cast): { faults: Fault[]; events: ScenarioEvent[] } {
  const tried = [2 * seed, 2 * seed + 1].map(index => cells[index % cells.length]?.(chance, cast))
  return {
    faults: tried.flatMap(one => (one !== undefined && 'fault' in one ? [one.fault] : [])),
    events: tried.flatMap(one => (one !== undefined && 'event' in one ? [one.event] : []))
  }
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
  return chance => ({
    fault: {
      on,
      in: state,
      nth: chance.percent(70) ? 1 : chance.int(1, 5),
      ...harm(chance, on, kind),
      ...(kind.startsWith('pause') && { ms: chance.pick([4000, 20_000, 45_000]) })
    }
  })
}

type Happening = (chance: Chance, cast: Cast) => Deed | undefined

const happenings: readonly Happening[] = [
  ...(['arm', 'disarm'] as const).map(
    (word): Happening =>
      () => ({ do: word })
  ),
  ...(['approve', 'retry', 'cancel', 'alarm', 'ok', 'insufficient data', 'trigger'] as const).map(
    (word): Happening =>
      (_, { host }) => ({ do: word, host })
  ),
  (_, { host }) => ({ do: 'vouch', of: host }),
  ...(['deleteServer', 'stopServer', 'startServer', 'resizeServer'] as const).map(
    (word): Happening =>
      (chance, { servers }) =>
        servers.length === 0 ? undefined : { do: word, server: chance.pick(servers) }
  ),
  ...(['panic', 'boot', 'cellDown', 'liftForceDown', 'forceDown', 'enable'] as const).flatMap((word): Happening[] => [
    (_, { host }) => ({ do: word, host }),
    (chance, { targets }) => (targets.length === 0 ? undefined : { do: word, host: chance.pick(targets) })
  ]),
  (_, { host }) => ({ do: 'bmc', host, bmc: { mode: 'unreachable' } }),
  (chance, { targets }) =>
    targets.length === 0 ? undefined : { do: 'bmc', host: chance.pick(targets), bmc: { mode: 'unreachable' } },
  (_, { host }) => ({ do: 'addServer', host, server: { name: 'vm-late-1', powerState: 'shutdown' } }),
  (chance, { targets }) =>
    targets.length === 0 ? undefined : { do: 'addServer', host: chance.pick(targets), server: { name: 'other-2' } }
]

function happeningCells(): Cell[] {
  return happenings.flatMap(happening =>
    places.map((state): Cell => {
      return (chance, cast) => {
        const deed = happening(chance, cast)
        // Some states last half a second.
        const when = { when: `${cast.host}: ${state}`, after: chance.pick([0, 0.05, 0.2, 0.5, 2]) }
        return deed === undefined ? undefined : { event: { ...when, ...deed } }
      }
    })
  )
}

/** In a fixed order that mixes states and faults. */
const cells: readonly Cell[] = mixed([...faultCells(), ...happeningCells()])

function mixed(all: readonly Cell[]): Cell[] {
  const stride = 101
  return Array.from({ length: stride }, (_, first) => all.filter((_, index) => index % stride === first)).flat()
}
