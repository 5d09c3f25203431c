import { isCelError, isCelList, isCelMap, parse, unparse } from '@bufbuild/cel'
import { type Bindings, bindingsOf, type Expression, type Facts, planned } from './cel.ts'
import { mistakesIn } from './check.ts'
import { partsOf, pathOf } from './syntax.ts'

/** What became of one evaluation. `failed`: something that it looks at is not there. */
export interface Answer {
  readonly result: 'yes' | 'no' | 'failed'
  /** One sentence: which part is not true, with the values that it looked at, or why it failed. */
  readonly because: string
}

/** One rule that was tried. */
export interface Trial {
  readonly rule: string
  readonly result: 'matched' | 'notMatched' | 'failed'
  /** One sentence: which part is not true, or what could not be evaluated. */
  readonly because: string
}

const trialResults = { yes: 'matched', no: 'notMatched', failed: 'failed' } as const

/** Signals and recoveries keep what was tried, so none of it may be without an end. */
const becauseMax = 500
const trialsMax = 50
const failuresMax = 3

export function trialOf(rule: string, { result, because }: Answer): Trial {
  return { rule, result: trialResults[result], because: shortened(because, becauseMax) }
}

/** What is kept of what was tried: of many, the first ones and the last ones, with the one that decided. */
export function keptTrials(tried: readonly Trial[]): readonly Trial[] {
  if (tried.length <= trialsMax) return tried
  const half = trialsMax / 2
  const between = tried.slice(half - 1, -half)
  const failed = between.filter(({ result }) => result === 'failed').length
  const said: Trial = {
    rule: `(${between.length} rules)`,
    result: failed === 0 ? 'notMatched' : 'failed',
    because: `they are not listed; none of them matches${failed === 0 ? '' : `, and ${failed} could not be evaluated`}`
  }
  return [...tried.slice(0, half - 1), said, ...tried.slice(-half)]
}

/** The rules that could not be evaluated, each as `say` has it: the first few, and how many more. */
export function failuresOf(tried: readonly Trial[], say: (trial: Trial) => string): readonly string[] {
  const failed = tried.filter(({ result }) => result === 'failed')
  const more = failed.length - failuresMax
  return [...failed.slice(0, failuresMax).map(say), ...(more > 0 ? [`${more} more rules could not be evaluated`] : [])]
}

export interface Compiled {
  /** Never throws. */
  ask(facts: Asked): Answer
  /** It looks at this name, or at something below it. */
  uses(path: string): boolean
}

/** Facts as the library wants them, made once for many expressions. */
export interface Asked {
  readonly bindings: Bindings
}

export function askable(facts: Facts): Asked {
  return { bindings: bindingsOf(facts) }
}

export type Compilation = { readonly ok: Compiled } | { readonly mistakes: readonly string[] }

/** Syntax, names and types are checked with `sample`, which has every name that there is. */
export function compile(when: string, sample: Facts): Compilation {
  const mistakes = mistakesIn(when, sample)
  return mistakes.length > 0 ? { mistakes } : compileAgain(when, sample)
}

/** What was checked before, maybe by a version of this program that asked for less: it means what it meant then. */
export function compileAgain(when: string, sample: Facts): Compilation {
  try {
    return { ok: compiled(when, Object.keys(sample)) }
  } catch (error) {
    return { mistakes: [`can't be read any more: ${Error.isError(error) ? error.message : String(error)}`] }
  }
}

/** Throws what the library throws for what is no CEL. */
function compiled(when: string, names: readonly string[]): Compiled {
  const parsed = parse(when)
  const whole = parsed.expr
  const evaluate = planned(whole, names)
  const seen = valuesIn(whole, names)
  const needed = conjunctsOf(whole).map(part => conditionOf(part, names, textOf({ ...parsed, expr: part }) ?? when))
  const paths = new Set([...partsOf(whole)].flatMap(part => pathOf(part) ?? []))
  return {
    ask({ bindings }) {
      const result = evaluate(bindings)
      if (result === true) return { result: 'yes', because: `it is true${seen(bindings)}` }
      if (isCelError(result)) return { result: 'failed', because: result.message }
      const missed = needed.find(({ isTrue }) => !isTrue(bindings)) ?? needed[0]
      return { result: 'no', because: missed?.because(bindings) ?? 'it is false' }
    },
    uses: path => [...paths].some(used => used === path || used.startsWith(`${path}.`) || used.startsWith(`${path}[`))
  }
}

interface Condition {
  isTrue(bindings: Bindings): boolean
  because(bindings: Bindings): string
}

/** `a && b && c`: each has to be true. */
function conjunctsOf(expression: Expression): Expression[] {
  const { exprKind } = expression
  if (exprKind.case !== 'callExpr' || exprKind.value.function !== '_&&_') return [expression]
  return exprKind.value.args.flatMap(conjunctsOf)
}

const textMax = 120

/** As it was written, but for its blanks; undefined for what the library can't write. */
function textOf(part: ReturnType<typeof parse>): string | undefined {
  try {
    return unparse(part)
  } catch {
    return undefined
  }
}

function conditionOf(expression: Expression, names: readonly string[], text: string): Condition {
  const evaluate = planned(expression, names)
  const seen = valuesIn(expression, names)
  return {
    isTrue: bindings => evaluate(bindings) === true,
    because: bindings => `${shortened(text)} is not true${seen(bindings)}`
  }
}

/** What an expression looks at, each with its value: ` (alarm.current is "ok")`. */
function valuesIn(expression: Expression, names: readonly string[]): (bindings: Bindings) => string {
  const looked = new Map<string, ReturnType<typeof planned>>()
  for (const part of partsOf(expression)) {
    const path = pathOf(part)
    if (path !== undefined) looked.set(path, planned(part, names))
  }
  // Of a map only what is looked for among its keys is of interest.
  const searched = new Set([...partsOf(expression)].flatMap(part => pathOf(searchedIn(part)) ?? []))
  return bindings => {
    const values = [...looked].flatMap(([path, read]) => shown(path, read(bindings), searched.has(path)))
    return values.length === 0 ? '' : ` (${values.join(', ')})`
  }
}

function searchedIn({ exprKind }: Expression): Expression | undefined {
  return exprKind.case === 'callExpr' && exprKind.value.function === '@in' ? exprKind.value.args[1] : undefined
}

/** Texts, numbers, yes or no, lists of these and searched keys; groups and times say little. */
function shown(path: string, value: unknown, isSearched: boolean): string[] {
  const one = scalar(value)
  if (one !== undefined) return [`${path} is ${one}`]
  if (isCelList(value)) {
    const items = [...value].map(scalar)
    return items.includes(undefined) ? [] : [`${path} is [${shortened(items.join(', '))}]`]
  }
  if (!isSearched || !isCelMap(value)) return []
  const keys = shortened([...value.keys()].map(String).join(', '))
  return [`${path} has ${keys === '' ? 'no keys' : `the keys ${keys}`}`]
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'string') return JSON.stringify(shortened(value))
  return typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined
}

function shortened(text: string, max = textMax): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`
}
