import { isCelError, parse } from '@bufbuild/cel'
import { suggestion } from '../closest.ts'
import { type Expression, type Facts, isFacts } from './cel.ts'
import { strangeTexts } from './closed-sets.ts'
import { evaluationMistake, syntaxMistake } from './plain-words.ts'
import { bodyScope, evaluate, factOf, firstOf, type Scope, scopeOf, typeNameOf } from './sample-scope.ts'
import { nestingOf, pathOf, textIn } from './syntax.ts'

/** A rule is asked between everything else that the process does: what takes long stops it all. */
const nestingMax = 2

/**
 * Why `when` is no rule: its syntax, unknown names and fields, types that do not go together.
 * The library has no type checker in its interface. So each part is evaluated by itself with a sample that has every name
 * (`a || b` would hide what is wrong with `b`), and a macro's body with the first element of what it walks over.
 */
export function mistakesIn(when: string, sample: Facts): string[] {
  const parsed = parseOrSay(when)
  if (typeof parsed === 'string') return [parsed]
  if (nestingOf(parsed) > nestingMax)
    return [
      `walks through lists inside of lists ${nestingOf(parsed)} deep: that may take for ever; ${nestingMax} at most`
    ]
  const scope = scopeOf(sample)
  const mistakes = [...mistakesOf(parsed, scope), ...groupMistakes([parsed], scope)]
  if (mistakes.length === 0) {
    const result = evaluate(parsed, scope)
    if (isCelError(result) && isUnknownName(result)) mistakes.push('uses a name that does not exist')
    if (!isCelError(result) && typeof result !== 'boolean')
      mistakes.push(`answers ${typeNameOf(result)}, must answer true or false`)
  }
  return [...new Set(mistakes)]
}

function parseOrSay(when: string): Expression | string {
  try {
    return parse(when).expr ?? 'is empty'
  } catch (error) {
    return syntaxMistake(when, Error.isError(error) ? error.message : String(error))
  }
}

/** Inner parts first: what is wrong there is wrong outside too, and said once. */
function mistakesOf(part: Expression, scope: Scope): string[] {
  const { exprKind } = part
  switch (exprKind.case) {
    case 'identExpr':
      return nameMistakes(exprKind.value.name, scope)
    case 'selectExpr': {
      const { operand, field } = exprKind.value
      return withOwn(mistakesOfAll([operand], scope), () => fieldMistakes(operand, field, scope))
    }
    case 'callExpr': {
      const { target, args } = exprKind.value
      return withOwn(mistakesOfAll([target, ...args], scope), () => callMistakes(part, scope))
    }
    case 'listExpr':
      return mistakesOfAll(exprKind.value.elements, scope)
    case 'structExpr':
      return mistakesOfAll(
        exprKind.value.entries.map(entry => entry.value),
        scope
      )
    case 'comprehensionExpr': {
      const body = bodyScope(exprKind.value, scope)
      return withOwn(mistakesOfAll([exprKind.value.iterRange], scope), () => [
        ...(body === undefined ? [] : mistakesOfAll([exprKind.value.loopStep], body)),
        ...evaluationMistakes(part, scope)
      ])
    }
    default:
      return []
  }
}

function mistakesOfAll(parts: readonly (Expression | undefined)[], scope: Scope): string[] {
  return parts.flatMap(part => (part === undefined ? [] : mistakesOf(part, scope)))
}

function withOwn(inner: string[], own: () => string[]): string[] {
  return inner.length > 0 ? inner : own()
}

function nameMistakes(name: string, { facts }: Scope): string[] {
  if (Object.hasOwn(facts, name) || typeNames.includes(name)) return []
  return [`unknown name "${name}"${suggestion(name, Object.keys(facts))}`]
}

function fieldMistakes(operand: Expression | undefined, field: string, scope: Scope): string[] {
  const fact = factOf(operand, scope)
  if (!isFacts(fact)) return operand === undefined ? [] : fieldOfNoGroup(operand, field, scope)
  if (Object.hasOwn(fact, field)) return []
  return [`${pathOf(operand) ?? 'it'} has no "${field}"${suggestion(field, Object.keys(fact))}`]
}

function fieldOfNoGroup(operand: Expression, field: string, scope: Scope): string[] {
  const value = evaluate(operand, scope)
  if (!['string', 'bigint', 'boolean'].includes(typeof value)) return []
  return [`${pathOf(operand) ?? 'it'} is ${typeNameOf(value)} and has no "${field}"`]
}

function callMistakes(part: Expression, scope: Scope): string[] {
  const { exprKind } = part
  if (exprKind.case !== 'callExpr') return []
  const { function: name, target, args } = exprKind.value
  if (name === '_[_]') {
    const field = textIn(args[1])
    const unknown = field === undefined ? [] : fieldMistakes(args[0], field, scope)
    return withOwn(unknown, () => evaluationMistakes(part, scope))
  }
  return withOwn(groupMistakes([target, ...args], scope), () => [
    ...(['_==_', '_!=_'].includes(name) ? unlikeTypes(args[0], args[1], scope) : []),
    ...(name === '@in' ? unlikeMembers(args[0], args[1], scope) : []),
    ...strangeTexts(name, args),
    ...evaluationMistakes(part, scope)
  ])
}

/** `host == "compute-01"`: a group of facts is compared with nothing. */
function groupMistakes(parts: readonly (Expression | undefined)[], scope: Scope): string[] {
  return parts.flatMap(part => {
    const fact = factOf(part, scope)
    if (!isFacts(fact)) return []
    const path = pathOf(part) ?? 'this'
    const first = Object.hasOwn(fact, 'name') ? 'name' : Object.keys(fact)[0]
    return [`${path} is a group of facts: write which one, like ${path}.${first}`]
  })
}

function evaluationMistakes(part: Expression, scope: Scope): string[] {
  const result = evaluate(part, scope)
  if (!isCelError(result) || isUnknownName(result) || isOfSample(result, part)) return []
  return [evaluationMistake(result.message)]
}

/** What this sample lacks, or has as a text that can't be converted, another alarm may have; a text that is written out can't. */
function isOfSample({ message }: { readonly message: string }, part: Expression): boolean {
  if (/field not found|out of bounds/.test(message)) return true
  const { exprKind } = part
  const isFixed = exprKind.case === 'callExpr' && exprKind.value.args.some(argument => textIn(argument) !== undefined)
  const isConversion = exprKind.case === 'callExpr' && conversions.includes(exprKind.value.function)
  return /^(Cannot convert|Failed to parse)/.test(message) && !(isConversion && isFixed)
}

function isUnknownName({ message }: { readonly message: string }): boolean {
  return message.includes('unresolved attribute')
}

/** CEL lets them be compared and always answers that they differ. */
function unlikeTypes(left: Expression | undefined, right: Expression | undefined, scope: Scope): string[] {
  return unlike(typeIn(left, scope), typeIn(right, scope))
}

function unlikeMembers(one: Expression | undefined, all: Expression | undefined, scope: Scope): string[] {
  const range = all === undefined ? undefined : evaluate(all, scope)
  const member = firstOf(range)
  return member === undefined ? [] : unlike(typeIn(one, scope), typeNameOf(member))
}

function unlike(left: string | undefined, right: string | undefined): string[] {
  if (left === undefined || right === undefined || left === right) return []
  return [`compares ${left} with ${right}: these are never equal`]
}

function typeIn(part: Expression | undefined, scope: Scope): string | undefined {
  const value = part === undefined ? undefined : evaluate(part, scope)
  return value === undefined || isCelError(value) ? undefined : typeNameOf(value)
}

const conversions = ['int', 'uint', 'double', 'bool', 'timestamp', 'duration', 'bytes']

const typeNames = [
  'bool',
  'bytes',
  'double',
  'dyn',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
  'google'
]
