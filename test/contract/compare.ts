import { isDeepStrictEqual } from 'node:util'
import type { Observation, Observations } from './observation.ts'

/** A place where two worlds differ, as a line for people. */
export type Difference = string

/** Everything that differs in the cases that both sides played; `names` are those of the two worlds. */
export function compare(names: readonly [string, string], left: Observations, right: Observations): Difference[] {
  return Object.keys(left)
    .filter(name => name in right)
    .flatMap(name => compareCase(names, left[name]!, right[name]!).map(line => `${name} / ${line}`))
}

export function compareCase(
  names: readonly [string, string],
  left: readonly Observation[],
  right: readonly Observation[]
): Difference[] {
  const steps = new Set([...left, ...right].map(({ step }) => step))
  return [...steps].flatMap(step => {
    const [one, other] = [left, right].map(rows => rows.find(row => row.step === step))
    if (one === undefined) return [`${step}: only ${names[1]} came there`]
    if (other === undefined) return [`${step}: only ${names[0]} came there`]
    return parts(one, other).map(([path, here, there]) => {
      return `${step} / ${path.join('.')}: ${names[0]} ${said(here)}, ${names[1]} ${said(there)}`
    })
  })
}

/** The smallest parts in which two values differ, with the way there. */
function parts(one: unknown, other: unknown, path: readonly string[] = []): [readonly string[], unknown, unknown][] {
  if (isDeepStrictEqual(one, other)) return []
  if (
    !isObject(one) ||
    !isObject(other) ||
    (Array.isArray(one) && one.length !== (other as { length?: number }).length)
  ) {
    return [[path, one, other]]
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].flatMap(key => parts(one[key], other[key], [...path, key]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function said(value: unknown): string {
  return value === undefined ? 'says nothing' : JSON.stringify(value)
}
