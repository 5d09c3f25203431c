import { isZone, windowMistake } from '../core/rules/calendar.ts'
import { type ServerRule, serverRuleMistakes } from '../core/rules/server-policy.ts'
import { compileRules, type Overrides, type Rule, type RuleSettings, type Rules } from '../core/rules.ts'
import type { ConfigFile, Rule as RuleConfig } from '../schemas/config.d.ts'

/** What the operator's rules are once they are read; compiled even with mistakes elsewhere, so that all are told at once. */
export interface ReadRules {
  readonly rules: Rules | undefined
  readonly servers: readonly ServerRule[]
  readonly mistakes: readonly string[]
}

/** Rules of signals and of servers, calendars and their zone. */
export function readRules(file: ConfigFile): ReadRules {
  const calendars = calendarMistakes(file)
  const compiled = compileRules(file.rules.map(ruleOf), settingsOf(file))
  return {
    rules: 'ok' in compiled ? compiled.ok : undefined,
    servers: file.servers,
    mistakes: [
      ...calendars,
      ...file.rules.flatMap((rule, index) => overrideMistakes(rule, `rules[${index}]`, file)),
      ...file.servers.flatMap(({ then, priority }, index) =>
        then === 'leave' && priority !== undefined ? [`servers[${index}].priority: what is left has none`] : []
      ),
      ...('mistakes' in compiled ? compiled.mistakes : []),
      ...serverRuleMistakes(file.servers)
    ]
  }
}

/** A zone or a window that is wrong gives way to one in which the rules can be tried. */
function settingsOf({ timezone, calendars }: ConfigFile): RuleSettings {
  const right = Object.entries(calendars).map(([name, windows]) => [
    name,
    windows.filter(window => windowMistake(window) === undefined)
  ])
  return { zone: isZone(timezone) ? timezone : 'UTC', calendars: Object.fromEntries(right) }
}

function calendarMistakes({ timezone, calendars }: ConfigFile): string[] {
  const zone = isZone(timezone) ? [] : ['timezone: there is no such time zone; write one like Europe/Berlin or UTC']
  const windows = Object.entries(calendars).flatMap(([name, list]) =>
    list.flatMap((window, index) => {
      const mistake = windowMistake(window)
      return mistake === undefined ? [] : [`calendars.${name}[${index}]: ${mistake}`]
    })
  )
  return [...zone, ...windows]
}

function ruleOf({ name, when, then, ...more }: RuleConfig): Rule {
  const overrides = overridesOf(more)
  return { name, when, then, ...(Object.keys(overrides).length === 0 ? {} : { overrides }) }
}

function overridesOf({ approval, method, confirm, evacuate }: Omit<RuleConfig, 'name' | 'when' | 'then'>): Overrides {
  const { perSpare, moveTimeoutSeconds, ...others } = evacuate ?? {}
  return {
    ...(approval === undefined ? {} : { approval }),
    ...(method === undefined ? {} : { method }),
    ...(confirm === undefined
      ? {}
      : { confirm: { ...ms('downMs', confirm.downSeconds), ...ms('timeoutMs', confirm.timeoutSeconds) } }),
    ...(evacuate === undefined
      ? {}
      : {
          evacuate: {
            ...others,
            ...(perSpare === undefined ? {} : { perTarget: perSpare }),
            ...ms('moveTimeoutMs', moveTimeoutSeconds)
          }
        })
  }
}

/** What a rule sets, in the words of the configuration. */
export type Written = Pick<RuleConfig, 'approval' | 'method' | 'confirm' | 'evacuate'>

export function writtenOf({ confirm, evacuate, ...same }: Overrides): Written {
  const { perTarget, moveTimeoutMs, ...others } = evacuate ?? {}
  return {
    ...same,
    ...(confirm === undefined
      ? {}
      : { confirm: { ...seconds('downSeconds', confirm.downMs), ...seconds('timeoutSeconds', confirm.timeoutMs) } }),
    ...(evacuate === undefined
      ? {}
      : {
          evacuate: {
            ...others,
            ...(perTarget === undefined ? {} : { perSpare: perTarget }),
            ...seconds('moveTimeoutSeconds', moveTimeoutMs)
          }
        })
  }
}

function seconds<K extends string>(key: K, ofMs: number | undefined): Partial<Record<K, number>> {
  return ofMs === undefined ? {} : ({ [key]: Math.ceil(ofMs / 1000) } as Record<K, number>)
}

function ms<K extends string>(key: K, seconds: number | undefined): Partial<Record<K, number>> {
  return seconds === undefined ? {} : ({ [key]: seconds * 1000 } as Record<K, number>)
}

const overriding = ['approval', 'method', 'confirm', 'evacuate'] as const

/** What a rule sets must go with every segment, for it may meet a host of any. */
function overrideMistakes(rule: RuleConfig, path: string, { segments }: ConfigFile): string[] {
  if (rule.then !== 'recover')
    return overriding.flatMap(key => (rule[key] === undefined ? [] : [`${path}.${key}: goes with then: recover only`]))
  if (rule.confirm === undefined) return []
  const { downSeconds, timeoutSeconds } = rule.confirm
  return segments.flatMap(({ name, confirm }) => {
    const down = downSeconds ?? confirm.downSeconds
    return (timeoutSeconds ?? confirm.timeoutSeconds) > down
      ? []
      : [`${path}.confirm: timeoutSeconds must be more than downSeconds (${down} in segment ${name})`]
  })
}
