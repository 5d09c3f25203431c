import { type CelInput, isCelError, isCelList, isCelMap } from '@bufbuild/cel'
import { type Bindings, bindingsOf, type Expression, type Fact, type Facts, isFacts, planned } from './cel.ts'

/** What has a value where a part of a rule stands. */
export interface Scope {
  readonly facts: Readonly<Record<string, Fact | undefined>>
  readonly bindings: Bindings
}

export function scopeOf(sample: Facts): Scope {
  return { facts: sample, bindings: bindingsOf(withAnyText(sample) as Facts) }
}

/** Metadata, traits and the like are text, whatever their names: a rule that takes one for a number is wrong. */
class AnyText extends Map<string, string> {
  override get(name: string): string {
    return super.get(name) ?? 'text'
  }
  override has(): boolean {
    return true
  }
}

function withAnyText(fact: Fact): Fact {
  if (fact instanceof Map) return new AnyText(fact.size === 0 ? [['key', 'text']] : fact)
  if (Array.isArray(fact)) return fact.map(withAnyText)
  if (!isFacts(fact)) return fact
  return Object.fromEntries(Object.entries(fact).map(([name, value]) => [name, withAnyText(value)]))
}

export function evaluate(part: Expression, { bindings }: Scope) {
  return planned(part, Object.keys(bindings))(bindings)
}

export function typeNameOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'bigint' || typeof value === 'number') return 'a number'
  if (typeof value === 'boolean') return 'a yes or no'
  if (isCelList(value)) return 'a list'
  return isCelMap(value) ? 'a group' : 'a time'
}

/** The fact that a part names, where it is one of the sample's. */
export function factOf(part: Expression | undefined, scope: Scope): Fact | undefined {
  if (part === undefined) return undefined
  const { exprKind } = part
  if (exprKind.case === 'identExpr') return scope.facts[exprKind.value.name]
  if (exprKind.case === 'selectExpr') {
    const group = factOf(exprKind.value.operand, scope)
    return isFacts(group) && !exprKind.value.testOnly ? group[exprKind.value.field] : undefined
  }
  if (exprKind.case === 'callExpr' && exprKind.value.function === '_[_]') {
    const list = factOf(exprKind.value.args[0], scope)
    return Array.isArray(list) ? (list as readonly Fact[])[0] : undefined
  }
  return undefined
}

export type Comprehension = Extract<Expression['exprKind'], { case: 'comprehensionExpr' }>['value']

/** The macro's own variables, with the first element; undefined when there is none to try. */
export function bodyScope({ iterVar, accuVar, iterRange, accuInit }: Comprehension, scope: Scope): Scope | undefined {
  if (iterRange === undefined || accuInit === undefined) return undefined
  const element = firstOf(evaluate(iterRange, scope))
  const start = evaluate(accuInit, scope)
  if (element === undefined || isCelError(start)) return undefined
  const list = factOf(iterRange, scope)
  const fact = Array.isArray(list) ? (list as readonly Fact[])[0] : undefined
  return {
    facts: { ...scope.facts, [iterVar]: fact, [accuVar]: undefined },
    bindings: { ...scope.bindings, [iterVar]: element, [accuVar]: start as CelInput }
  }
}

export function firstOf(range: unknown): CelInput | undefined {
  if (isCelList(range)) return range.get(0) as CelInput | undefined
  return isCelMap(range) ? (range.keys().next().value as CelInput | undefined) : undefined
}
