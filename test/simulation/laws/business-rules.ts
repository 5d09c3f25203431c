import type { NewSignal } from '../../../src/controller/ports/ports.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import type { Overrides, Rule } from '../../../src/core/rules.ts'
import type { RulesFile } from '../rules-file.ts'

/** What rules may look at in a simulation. The laws read their texts without CEL, and the calendars without Intl. */
export interface Asked {
  readonly signal: Pick<NewSignal, 'source' | 'alarm' | 'host'>
  readonly isSpare: boolean
  readonly atMs: number
  /** The host's recoveries that were open or over at that moment. */
  readonly past: readonly { readonly state: Recovery['phase']['state'] }[]
  readonly file: RulesFile
}

export interface Said {
  readonly then: Rule['then']
  readonly overrides: Overrides
}

/** What a rule of a simulation may ask, alone or several joined by `&&`. */
export const conditions: Readonly<Record<string, (asked: Asked) => boolean>> = {
  true: () => true,
  'alarm.current == "alarm"': ({ signal }) => stateOf(signal) === 'alarm',
  'alarm.current == "insufficient data"': ({ signal }) => stateOf(signal) === 'insufficient data',
  'alarm.definition.known': ({ signal }) => signal.alarm !== undefined,
  'calendar.freeze': asked => isFrozen(asked),
  'host.kind == "spare"': ({ isSpare }) => isSpare,
  'host.name == "compute-01"': isNamed('compute-01'),
  'host.name == "compute-02"': isNamed('compute-02'),
  'host.name == "compute-03"': isNamed('compute-03'),
  'source == "poll"': ({ signal }) => signal.source === 'poll',
  'history.recoveriesLastDay == 0': ({ past }) => past.length === 0,
  'history.failuresLastDay > 0': ({ past }) => past.some(({ state }) => state === 'recovered' || state === 'partial')
}

function isNamed(name: string): (asked: Asked) => boolean {
  return ({ signal }) => signal.host === name
}

function holds(when: string, asked: Asked): boolean {
  return when.split(' && ').every(part => {
    const condition = conditions[part]
    if (condition === undefined) throw new Error(`the laws can't read the rule ${when}`)
    return condition(asked)
  })
}

/** What the rules say of a signal; without any an alarm means what Aodh says. An alarm that is ok again begins nothing. */
export function saidOf(asked: Asked): Said {
  const { rules = [] } = asked.file
  const isOk = stateOf(asked.signal) === 'ok'
  if (rules.length === 0) return { then: stateOf(asked.signal) === 'alarm' ? 'recover' : 'note', overrides: {} }
  for (const { when, then, overrides = {} } of rules) {
    if (!holds(when, asked)) continue
    return then === 'recover' && isOk ? { then: 'note', overrides: {} } : { then, overrides }
  }
  return { then: 'note', overrides: {} }
}

/** One that Nova told has no alarm, but counts as one that fired. */
function stateOf({ alarm }: Pick<NewSignal, 'alarm'>): string {
  return alarm?.current ?? 'alarm'
}

const hourMs = 3_600_000
const aheadMs: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Tokyo': 9 * hourMs }

function isFrozen({ atMs, file: { timezone = 'UTC', calendars } }: Asked): boolean {
  const wall = new Date(atMs + (aheadMs[timezone] ?? Number.NaN)).toISOString().slice(0, 16).replace('T', ' ')
  return (calendars?.freeze ?? []).some(({ from, to }) => {
    if (from.length > 5) return from <= wall && wall < to
    const clock = wall.slice(11)
    return from <= to ? from <= clock && clock < to : clock >= from || clock < to
  })
}
