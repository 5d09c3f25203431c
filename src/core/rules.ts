import { isCelError, parse, plan } from '@bufbuild/cel'
import { celBindings, celEnvironment, mistakesIn } from './rule-check.ts'
import type { AlarmFacts, SignalSource } from './signal.ts'

/** `recover`: look at the host, and recover it if it is dead. `note`: keep it on record. `ignore`: the same, not worth a look. */
export type RuleOutcome = 'recover' | 'note' | 'ignore'

/** A business rule: `when` is CEL and answers true or false. */
export interface Rule {
  readonly name: string
  readonly when: string
  readonly then: RuleOutcome
}

/** What a rule may look at. */
export interface RuleContext {
  readonly source: SignalSource
  readonly host: string
  readonly segment: string
  readonly alarm: AlarmFacts
}

export interface Decision {
  readonly outcome: RuleOutcome
  /** The rule that decided. */
  readonly rule?: string
  /** One sentence, with the rules that could not be evaluated. */
  readonly because: string
}

export interface Rules {
  /** Never throws: what can't be evaluated does not match, and is said. */
  decide(context: RuleContext): Decision
}

interface CompiledRule extends Rule {
  readonly evaluate: (bindings: ReturnType<typeof celBindings>) => unknown
}

/** Ordered, the first match wins. Syntax, names and types are checked here, so that no alarm is the first to find a mistake. */
export function compileRules(
  rules: readonly Rule[]
): { readonly ok: Rules } | { readonly mistakes: readonly string[] } {
  const mistakes = rules.flatMap(rule => mistakesIn(rule.when).map(mistake => `rule "${rule.name}": ${mistake}`))
  if (mistakes.length > 0) return { mistakes }
  const compiled = rules.map(rule => ({
    ...rule,
    evaluate: plan(celEnvironment, parse(rule.when)) as CompiledRule['evaluate']
  }))
  return {
    ok: { decide: context => (compiled.length === 0 ? decideByState(context) : decideByRules(compiled, context)) }
  }
}

/** Without rules an alarm means what Aodh says it means; missing data is no failure. */
function decideByState({ alarm }: RuleContext): Decision {
  if (alarm.current === 'alarm') return { outcome: 'recover', because: 'the alarm fired' }
  if (alarm.current === 'ok') return { outcome: 'note', because: 'the alarm is ok again' }
  return { outcome: 'note', because: `the alarm's state is "${alarm.current}", which is no failure` }
}

function decideByRules(rules: readonly CompiledRule[], context: RuleContext): Decision {
  const bindings = celBindings(context)
  const failures: string[] = []
  for (const rule of rules) {
    const result = rule.evaluate(bindings)
    if (isCelError(result)) failures.push(`; rule "${rule.name}" could not be evaluated (${result.message})`)
    if (result === true) return decisionOf(rule, context, failures.join(''))
  }
  return { outcome: 'note', because: `no rule matches${failures.join('')}` }
}

/** An alarm that is ok again can cancel, but never start anything, whatever a rule that forgot the state says. */
function decisionOf(rule: Rule, { alarm }: RuleContext, failures: string): Decision {
  if (rule.then === 'recover' && alarm.current === 'ok') {
    return {
      outcome: 'note',
      rule: rule.name,
      because: `rule "${rule.name}" matches, but the alarm is ok again${failures}`
    }
  }
  return { outcome: rule.then, rule: rule.name, because: `rule "${rule.name}" says ${rule.then}${failures}` }
}
