import type { Overrides, Rule } from '../../../src/core/rules.ts'
import { conditions } from '../laws/business-rules.ts'
import type { RulesFile } from '../rules-file.ts'
import type { Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { createChance } from './chance.ts'

/** In one of four an operator's file of business rules, with a calendar; in some it is loaded anew in the middle. The rest stays as it is. */
export function withRules(seed: number, scenario: Scenario): Scenario {
  const chance = createChance(seed ^ 0x2545f491)
  if (!chance.percent(25)) return scenario
  const hasSpares = Object.values(scenario.world.hosts).some(({ spare }) => spare !== undefined)
  const reloads = Array.from({ length: chance.percent(40) ? chance.int(1, 2) : 0 }, (): ScenarioEvent => {
    const at = chance.int(5, 400) + chance.int(1, 99) / 1000
    return { at, do: 'reload', ...randomFile(chance, hasSpares) }
  })
  const file = randomFile(chance, hasSpares)
  return { ...scenario, ...file, events: [...scenario.events, ...reloads] }
}

/** One to three rules of the conditions that the laws can read; as a rule an alarm that none of them meets is recovered. */
function randomFile(chance: Chance, hasSpares: boolean): RulesFile {
  const texts = Array.from({ length: chance.int(1, 3) }, () =>
    chance.some(Object.keys(conditions), chance.percent(30) ? 2 : 1).join(' && ')
  )
  const rest = chance.percent(85) ? ['alarm.current == "alarm"'] : []
  const rules = [...texts, ...rest].map((when, index): Rule => {
    const name = `rule-${index + 1}`
    const isRest = index === texts.length
    const then = isRest ? 'recover' : chance.weighted({ recover: 6, note: 2, ignore: 2 })
    if (then !== 'recover') return { name, when, then }
    const overrides = randomOverrides(chance, hasSpares)
    return { name, when, then, ...(Object.keys(overrides).length > 0 && { overrides }) }
  })
  const timezone = chance.pick(['UTC', 'Asia/Tokyo'])
  return { rules, timezone, calendars: { freeze: [randomWindow(chance, timezone)] } }
}

/** What the configuration may set, of what a segment of the simulation allows. */
function randomOverrides(chance: Chance, hasSpares: boolean): Overrides {
  const methods = hasSpares ? (['reserved_host', 'auto', 'auto_priority', 'rh_priority'] as const) : (['auto'] as const)
  const evacuate = {
    ...(chance.percent(30) && { perTarget: chance.int(1, 3) }),
    ...(chance.percent(20) && { moveTimeoutMs: chance.pick([30_000, 120_000]) }),
    ...(chance.percent(20) && { attempts: chance.int(1, 3) }),
    ...(chance.percent(20) && { spread: 'fastest' as const }),
    ...(chance.percent(15) && { moveUnusual: false })
  }
  return {
    ...(chance.percent(30) && { approval: chance.weighted({ required: 3, none: 1 }) }),
    ...(chance.percent(25) && { method: chance.pick(methods) }),
    ...(chance.percent(30) && {
      confirm: {
        ...(chance.percent(70) && { downMs: chance.pick([5000, 40_000, 90_000]) }),
        ...(chance.percent(50) && { timeoutMs: chance.pick([100_000, 240_000]) })
      }
    }),
    ...(Object.keys(evacuate).length > 0 && { evacuate })
  }
}

/** Open now, or in some minutes, for some minutes: on this day, each day, or over midnight. A simulation begins at midnight, which is nine in Tokyo. */
function randomWindow(chance: Chance, timezone: string): { from: string; to: string } {
  const hour = timezone === 'UTC' ? '00' : '09'
  const minute = (count: number): string => `${hour}:${String(count).padStart(2, '0')}`
  const from = chance.int(0, 3)
  const to = from + chance.int(1, 8)
  switch (chance.weighted({ day: 4, date: 4, midnight: 2 })) {
    case 'day':
      return { from: minute(from), to: minute(to) }
    case 'date':
      return { from: `2026-01-01 ${minute(from)}`, to: `2026-01-01 ${minute(to)}` }
    case 'midnight':
      return { from: '22:00', to: minute(to) }
  }
}
