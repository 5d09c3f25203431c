import { type CelInput, CelScalar, celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'

/** A fact that a rule may look at: text, yes or no, whole number, a moment or a duration (ms), or lists and groups of these. */
export type Fact = string | boolean | number | Moment | Span | readonly Fact[] | Facts | ReadonlyMap<string, string>

/** A group with fixed names: another name is a mistake. What others name (metadata, traits) is a `Map`. */
export interface Facts {
  readonly [name: string]: Fact
}

export class Moment {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}

export class Span {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}

export type Expression = ReturnType<typeof parse>['expr']
export type Bindings = Record<string, CelInput>
type Evaluate = (bindings: Bindings) => ReturnType<ReturnType<typeof plan>>

/** The expression with the variables `names`, ready to be evaluated. Its result may be a CelError; it does not throw. */
export function planned(expression: Expression, names: readonly string[]): Evaluate {
  const variables = Object.fromEntries(names.map(name => [name, CelScalar.DYN]))
  return plan(celEnv({ funcs: [...strings], variables }), expression) as Evaluate
}

export function bindingsOf(facts: Facts): Bindings {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, inputOf(fact)]))
}

export function isFacts(fact: Fact | undefined): fact is Facts {
  return typeof fact === 'object' && fact.constructor === Object
}

function inputOf(fact: Fact): CelInput {
  // What is no number can't be one here either, and nothing that a rule looks at may throw.
  if (typeof fact === 'number') return BigInt(Number.isFinite(fact) ? Math.trunc(fact) : 0)
  if (typeof fact !== 'object') return fact
  if (fact instanceof Moment) return timeOf(momentOf, new Date(fact.ms).toISOString())
  if (fact instanceof Span) return timeOf(spanOf, `${Math.floor(fact.ms / 1000)}s`)
  if (fact instanceof Map) return fact as ReadonlyMap<string, string>
  if (Array.isArray(fact)) return fact.map(inputOf)
  return new Map(Object.entries(fact as Facts).map(([name, value]) => [name, inputOf(value)]))
}

const momentOf = planned(parse('timestamp(text)').expr, ['text'])
const spanOf = planned(parse('duration(text)').expr, ['text'])

/** The library makes its times itself, so that no other package's types are needed. By text: its numbers are not those of CEL. */
function timeOf(make: Evaluate, text: string): CelInput {
  const made = make({ text })
  if (isCelError(made)) throw made
  return made as CelInput
}
