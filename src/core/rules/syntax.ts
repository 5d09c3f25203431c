import type { Expression } from './cel.ts'

/** Every part of an expression, inner parts first. The bodies of macros (exists, all, map …) are left out, see `bodyOf`. */
export function* partsOf(part: Expression): Generator<Expression> {
  const { exprKind } = part
  yield* inner(childrenOf(exprKind))
  if (exprKind.case === 'comprehensionExpr') {
    yield* inner([exprKind.value.iterRange])
    // What a macro's body looks at outside of its own variables.
    const own = [exprKind.value.iterVar, exprKind.value.iterVar2, exprKind.value.accuVar]
    for (const one of inner([exprKind.value.loopStep])) {
      const root = rootOf(one)
      if (root !== undefined && !own.includes(root)) yield one
    }
  }
  yield part
}

/** How many macros walk inside of one another: each multiplies the time by what it walks over. */
export function nestingOf(part: Expression | undefined): number {
  if (part === undefined) return 0
  const { exprKind } = part
  if (exprKind.case === 'comprehensionExpr')
    return Math.max(nestingOf(exprKind.value.iterRange), 1 + nestingOf(exprKind.value.loopStep))
  return Math.max(0, ...childrenOf(exprKind).map(nestingOf))
}

function childrenOf(kind: Expression['exprKind']): readonly (Expression | undefined)[] {
  switch (kind.case) {
    case 'selectExpr':
      return [kind.value.operand]
    case 'callExpr':
      return [kind.value.target, ...kind.value.args]
    case 'listExpr':
      return kind.value.elements
    case 'structExpr':
      return kind.value.entries.map(entry => entry.value)
    default:
      return []
  }
}

function* inner(parts: readonly (Expression | undefined)[]): Generator<Expression> {
  for (const part of parts) if (part !== undefined) yield* partsOf(part)
}

/** `alarm.definition.project`, also where it is written `alarm["definition"].project`; undefined for anything else. */
export function pathOf(part: Expression | undefined): string | undefined {
  if (part === undefined) return undefined
  const { exprKind } = part
  if (exprKind.case === 'identExpr') return exprKind.value.name
  if (exprKind.case === 'selectExpr') {
    const before = pathOf(exprKind.value.operand)
    return before === undefined ? undefined : `${before}.${exprKind.value.field}`
  }
  if (exprKind.case !== 'callExpr' || exprKind.value.function !== '_[_]') return undefined
  const [group, key] = exprKind.value.args
  const before = pathOf(group)
  const field = textIn(key)
  if (before === undefined || field === undefined) return undefined
  return /^\w+$/.test(field) ? `${before}.${field}` : `${before}[${JSON.stringify(field)}]`
}

/** The text that is written out there. */
export function textIn(part: Expression | undefined): string | undefined {
  const { exprKind } = part ?? {}
  const constant = exprKind?.case === 'constExpr' ? exprKind.value.constantKind : undefined
  return constant?.case === 'stringValue' ? constant.value : undefined
}

/** The variable that a path begins with. */
function rootOf(part: Expression): string | undefined {
  return pathOf(part)?.split(/[.[]/, 1)[0]
}
