import type { AlarmBody } from './body.ts'
import type { AodhRow } from './book.ts'

/** One setting of an alarm that is not as it should be. */
export interface Difference {
  readonly setting: string
  readonly is: unknown
  readonly shouldBe: unknown
}

/** Where `row` is not what `body` says; of a rule only what the body speaks of, for Aodh adds its defaults. */
export function differencesOf(row: AodhRow, body: AlarmBody): Difference[] {
  return Object.entries(body).flatMap(([setting, shouldBe]) => {
    const is = row[setting]
    if (!setting.endsWith('_rule')) return isSame(is, shouldBe) ? [] : [{ setting, is, shouldBe }]
    const rule = isRecord(is) ? is : {}
    return Object.entries(shouldBe as object).flatMap(([key, wanted]: [string, unknown]) =>
      isSame(rule[key], wanted) ? [] : [{ setting: key, is: rule[key], shouldBe: wanted }]
    )
  })
}

/** Aodh may write a number as text, and JSON text with other blanks. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, at) => isSame(each, b[at]))
  if (isRecord(a) && isRecord(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return [...keys].every(key => isSame(a[key], b[key]))
  }
  if (a === b) return true
  if (typeof a === 'number' || typeof b === 'number') return Number(a) === Number(b)
  const [left, right] = [parsed(a), parsed(b)]
  return isRecord(left) && isRecord(right) && isSame(left, right)
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string' || !text.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
