import {
  type Asked,
  askable,
  type Compiled,
  compile,
  failuresOf,
  keptTrials,
  type Trial,
  trialOf
} from './rules/expression.ts'
import {
  factsOf,
  lookedUp,
  type RuleContext,
  type RuleSettings,
  sampleFacts,
  seenFields,
  timeNames
} from './rules/facts.ts'
import type { Settings } from './segment.ts'

export type { Trial } from './rules/expression.ts'
export type { RuleContext, RuleSettings } from './rules/facts.ts'

/** `recover`: look at the host, and recover it if it is dead. `note`: keep it on record. `ignore`: the same, not worth a look. */
export type RuleOutcome = 'recover' | 'note' | 'ignore'

/** What a rule that says `recover` sets in place of the segment's settings. Frozen into the recovery. */
export interface Overrides {
  readonly approval?: 'none' | 'required'
  readonly method?: Settings['method']
  readonly confirm?: Partial<Settings['confirm']>
  readonly evacuate?: Partial<Settings['evacuate']>
}

/** A business rule: `when` is CEL and answers true or false. */
export interface Rule {
  readonly name: string
  readonly when: string
  readonly then: RuleOutcome
  readonly overrides?: Overrides
}

export interface Decision {
  /** `lookUp`: a rule must first know what was not looked up yet. */
  readonly outcome: RuleOutcome | 'lookUp'
  /** The rule that decided. */
  readonly rule?: string
  readonly overrides?: Overrides
  /** One sentence, with the rules that could not be evaluated. */
  readonly because: string
  /** Every rule up to the one that decided, in order; of many, those in the middle are summed up. */
  readonly tried: readonly Trial[]
}

export interface Rules {
  /** Never throws: what can't be evaluated does not match, and is said. */
  decide(context: RuleContext): Decision
  /** What some rule looks at, and is to be looked up first. */
  readonly needs: { readonly definition: boolean; readonly seen: boolean; readonly past: boolean }
  /** In their order, for those who want to know which there are. */
  readonly list: readonly ListedRule[]
  /** What they were made of: two are the same if this is equal. */
  readonly from: { readonly rules: readonly Rule[]; readonly settings: RuleSettings }
}

export interface ListedRule {
  readonly name: string
  readonly then: RuleOutcome
  /** It says `note` or `ignore`, and looks at the time: what it meets is left alone after that time, too. */
  readonly forgets: boolean
}

interface CompiledRule extends Rule {
  readonly condition: Compiled
}

export const defaultRuleSettings: RuleSettings = { zone: 'UTC', calendars: {} }

/** Ordered, the first match wins. Syntax, names and types are checked here, so that no alarm is the first to find a mistake. */
export function compileRules(
  rules: readonly Rule[],
  settings: RuleSettings = defaultRuleSettings
): { readonly ok: Rules } | { readonly mistakes: readonly string[] } {
  const sample = sampleFacts(settings)
  const read = rules.map(rule => ({ rule, answer: compile(rule.when, sample) }))
  const mistakes = read.flatMap(({ rule, answer }) =>
    'mistakes' in answer ? answer.mistakes.map(mistake => `rule "${rule.name}": ${mistake}`) : []
  )
  if (mistakes.length > 0) return { mistakes }
  const compiled = read.flatMap(({ rule, answer }) => ('ok' in answer ? { ...rule, condition: answer.ok } : []))
  const someUses = (uses: (condition: Compiled) => boolean): boolean => compiled.some(one => uses(one.condition))
  const withTime = someUses(usesTime)
  return {
    ok: {
      from: { rules, settings },
      decide: context =>
        compiled.length === 0
          ? decideByState(context)
          : decideByRules(compiled, context, askable(factsOf(context, settings, withTime))),
      needs: {
        definition: someUses(usesDefinition),
        seen: someUses(usesSeen),
        past: someUses(({ uses }) => uses(lookedUp.past))
      },
      list: compiled.map(({ name, then, condition }) => ({
        name,
        then,
        forgets: then !== 'recover' && usesTime(condition)
      }))
    }
  }
}

const usesDefinition = ({ uses }: Compiled): boolean => uses(lookedUp.definition)
const usesTime = ({ uses }: Compiled): boolean => timeNames.some(name => uses(name))
const usesSeen = ({ uses }: Compiled): boolean => seenFields.some(field => uses(`host.${field}`))

/** Without rules an alarm means what Aodh says it means; missing data is no failure. */
function decideByState({ alarm }: RuleContext): Decision {
  const tried: readonly Trial[] = []
  if (alarm.current === 'alarm') return { outcome: 'recover', because: 'the alarm fired', tried }
  if (alarm.current === 'ok') return { outcome: 'note', because: 'the alarm is ok again', tried }
  return { outcome: 'note', because: `the alarm's state is "${alarm.current}", which is no failure`, tried }
}

function decideByRules(rules: readonly CompiledRule[], context: RuleContext, facts: Asked): Decision {
  const tried: Trial[] = []
  for (const rule of rules) {
    const answer = rule.condition.ask(facts)
    if (answer.result === 'failed') {
      const missing = missingFor(rule.condition, context)
      if (missing !== undefined) return { outcome: 'lookUp', because: `rule "${rule.name}" needs ${missing}`, tried }
    }
    tried.push(trialOf(rule.name, answer))
    if (answer.result === 'yes') return decisionOf(rule, context, tried)
  }
  return { outcome: 'note', because: `no rule matches${failuresIn(tried)}`, tried: keptTrials(tried) }
}

/** Why it may have failed: something that can still be looked up. */
function missingFor(condition: Compiled, { definition, seen, past, untold = [] }: RuleContext): string | undefined {
  const field = untold.find(one => condition.uses(`alarm.${one}`))
  if (field !== undefined) return `alarm.${field}, which only an alarm that fires tells`
  if (past === undefined && condition.uses(lookedUp.past)) return "the host's history, which was not read"
  if (definition === undefined && usesDefinition(condition)) return "the alarm's definition, which is looked up"
  return seen === undefined && usesSeen(condition) ? "the cloud's hosts, which have not been read yet" : undefined
}

/** An alarm that is ok again can cancel, but never start anything, whatever a rule that forgot the state says. */
function decisionOf(rule: Rule, { alarm }: RuleContext, tried: readonly Trial[]): Decision {
  const failures = failuresIn(tried)
  const kept = { rule: rule.name, tried: keptTrials(tried) }
  if (rule.then === 'recover' && alarm.current === 'ok') {
    const because = `rule "${rule.name}" matches, but the alarm is ok again${failures}`
    return { outcome: 'note', because, ...kept }
  }
  return {
    outcome: rule.then,
    ...kept,
    because: `rule "${rule.name}" says ${rule.then}${rule.overrides?.approval === 'required' ? ' with approval' : ''}${failures}`,
    ...(rule.then === 'recover' && rule.overrides !== undefined ? { overrides: rule.overrides } : {})
  }
}

function failuresIn(tried: readonly Trial[]): string {
  return failuresOf(tried, ({ rule, because }) => `rule "${rule}" could not be evaluated (${because})`)
    .map(sentence => `; ${sentence}`)
    .join('')
}
