import type { RuleSettings } from '../../src/core/rules/facts.ts'
import type { Rule, Rules } from '../../src/core/rules.ts'
import { compileRules } from '../../src/core/rules.ts'

/** The operator's rules as a scenario has them, and as they may be loaded anew in the middle of it. */
export interface RulesFile {
  /** Business rules; without any an alarm means what Aodh says. */
  readonly rules?: readonly Rule[]
  /** UTC if left out. */
  readonly timezone?: string
  readonly calendars?: RuleSettings['calendars']
}

/** Throws when there is a mistake in it. */
export function compiled({ rules = [], timezone = 'UTC', calendars = {} }: RulesFile): Rules {
  const read = compileRules(rules, { zone: timezone, calendars })
  if ('mistakes' in read) throw new Error(read.mistakes.join())
  return read.ok
}
