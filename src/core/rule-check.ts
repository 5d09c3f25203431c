import { type CelInput, CelScalar, celEnv, isCelError, mapType, parse, plan } from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { suggestion } from './closest.ts'
import type { RuleContext } from './rules.ts'

type Parsed = NonNullable<ReturnType<typeof parse>['expr']>

export const celEnvironment = celEnv({
  funcs: [...strings],
  variables: {
    alarm: mapType(CelScalar.STRING, CelScalar.DYN),
    host: CelScalar.STRING,
    segment: CelScalar.STRING,
    source: CelScalar.STRING
  }
})

/** Every field is there and a string, so that a rule need not ask whether it exists; traits have what the event had. */
export function celBindings({ alarm, host, segment, source }: RuleContext) {
  const fields: Record<string, CelInput> = {
    id: alarm.id,
    name: alarm.name ?? '',
    current: alarm.current,
    previous: alarm.previous ?? '',
    severity: alarm.severity ?? '',
    reason: alarm.reason ?? '',
    type: alarm.type ?? '',
    eventType: alarm.eventType ?? '',
    traits: new Map(Object.entries(alarm.traits))
  }
  return { alarm: new Map(Object.entries(fields)), host, segment, source }
}

const sample = celBindings({
  source: 'aodh',
  host: 'compute-01',
  segment: 'rack-a',
  alarm: { id: 'a', name: 'n', current: 'alarm', traits: { host: 'compute-01' } }
})
const variables = Object.keys(sample)
const alarmFields = [...sample.alarm.keys()]
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

/**
 * Why `when` is no rule: its syntax, unknown names and fields, types that do not go together.
 * The library has no type checker in its interface. So each part is evaluated by itself with a sample (`a || b` would
 * hide what is wrong with `b`), which finds the same mistakes because all that a rule can look at are strings.
 */
export function mistakesIn(when: string): string[] {
  const parsed = parseOrSay(when)
  if (typeof parsed === 'string') return [parsed]
  const parts = [...partsOf(parsed)]
  const mistakes = parts.flatMap(part => mistakeIn(part) ?? [])
  if (mistakes.length === 0) {
    const result = evaluate(parsed)
    if (isCelError(result) && isUnknownName(result)) mistakes.push('uses a name that does not exist')
    if (!isCelError(result) && typeof result !== 'boolean')
      mistakes.push(`answers a ${typeof result}, must answer true or false`)
  }
  return [...new Set(mistakes)]
}

function parseOrSay(when: string): Parsed | string {
  try {
    return parse(when).expr ?? 'is empty'
  } catch (error) {
    return `is no CEL: ${Error.isError(error) ? error.message : String(error)}`
  }
}

/** Inner parts first. The bodies of comprehensions are left to their whole: their own variables have no value outside. */
function* partsOf(part: Parsed): Generator<Parsed> {
  const { exprKind } = part
  if (exprKind.case === 'selectExpr') yield* inner([exprKind.value.operand])
  if (exprKind.case === 'callExpr') yield* inner([exprKind.value.target, ...exprKind.value.args])
  if (exprKind.case === 'listExpr') yield* inner(exprKind.value.elements)
  if (exprKind.case === 'structExpr') yield* inner(exprKind.value.entries.map(entry => entry.value))
  if (exprKind.case === 'comprehensionExpr') yield* inner([exprKind.value.iterRange])
  yield part
}

function* inner(parts: readonly (Parsed | undefined)[]): Generator<Parsed> {
  for (const part of parts) if (part !== undefined) yield* partsOf(part)
}

function mistakeIn(part: Parsed): string | undefined {
  const { exprKind } = part
  if (exprKind.case === 'identExpr') {
    const { name } = exprKind.value
    return variables.includes(name) || typeNames.includes(name)
      ? undefined
      : `unknown name "${name}"${suggestion(name, variables)}`
  }
  if (exprKind.case === 'selectExpr' && isAlarm(exprKind.value.operand)) {
    const { field } = exprKind.value
    return alarmFields.includes(field) ? undefined : `an alarm has no "${field}"${suggestion(field, alarmFields)}`
  }
  if (exprKind.case === 'callExpr' && ['_==_', '_!=_'].includes(exprKind.value.function)) {
    const unlike = unlikeTypes(exprKind.value.args)
    if (unlike !== undefined) return unlike
  }
  const result = evaluate(part)
  // A trait or an element that this sample lacks is no mistake; names were checked above.
  if (!isCelError(result) || /field not found|out of bounds/.test(result.message) || isUnknownName(result))
    return undefined
  return result.message
}

function isUnknownName({ message }: { readonly message: string }): boolean {
  return message.includes('unresolved attribute')
}

function isAlarm(part: Parsed | undefined): boolean {
  return part?.exprKind.case === 'identExpr' && part.exprKind.value.name === 'alarm'
}

/** CEL lets them be compared and always answers that they differ. */
function unlikeTypes(args: readonly Parsed[]): string | undefined {
  const [left, right] = args.map(typeNameOf)
  if (left === undefined || right === undefined || left === right) return undefined
  return `compares ${left} with ${right}: these are never equal`
}

function typeNameOf(part: Parsed): string | undefined {
  const value = evaluate(part)
  if (isCelError(value) || value === null) return undefined
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'bigint' || typeof value === 'number') return 'a number'
  return typeof value === 'boolean' ? 'a yes or no' : 'a collection'
}

function evaluate(part: Parsed) {
  return plan(celEnvironment, part)(sample)
}
