import type { Expression } from './cel.ts'

/** Every part of an expression, inner parts first. The bodies of macros (exists, all, map …) are left out, see `bodyOf`. */
export function* partsOf(part: Expression): Generator<Expression> {
  const { exprKind } = part
  if (exprKind.case === 'selectExpr') yield* inner([exprKind.value.operand])
  if (exprKind.case === 'callExpr') yield* inner([exprKind.value.target, ...exprKind.value.args])
  if (exprKind.case === 'listExpr') yield* inner(exprKind.value.elements)
  if (exprKind.case === 'structExpr') yield* inner(exprKind.value.entries.map(entry => entry.value))
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

function* inner(parts: readonly (Expression | undefined)[]): Generator<Expression> {
  for (const part of parts) if (part !== undefined) yield* partsOf(part)
}

/** `alarm.definition.project` as written, undefined for anything else. */
export function pathOf(part: Expression | undefined): string | undefined {
  if (part === undefined) return undefined
  const { exprKind } = part
  if (exprKind.case === 'identExpr') return exprKind.value.name
  if (exprKind.case !== 'selectExpr') return undefined
  const before = pathOf(exprKind.value.operand)
  return before === undefined ? undefined : `${before}.${exprKind.value.field}`
}

/** The variable that a path begins with. */
function rootOf(part: Expression): string | undefined {
  return pathOf(part)?.split('.', 1)[0]
}
