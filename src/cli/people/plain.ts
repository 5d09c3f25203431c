/**
 * What others wrote, as a piece of a line: nothing in it moves the cursor, changes a colour or turns the direction of what
 * follows. A server's name is its tenant's.
 */
export function plain(text: string): string {
  return text.replaceAll(/[\t-\r\u0085\u2028\u2029]+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
}

/** The same for all texts of a value, and the names of its fields. */
export function plainly<T>(value: T): T {
  return cleaned(value) as T
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return plain(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [plain(key), cleaned(item)]))
}

/** JSON for people and programs: nothing is left out, and what a terminal would obey stands escaped. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2)
  return `${text.replaceAll(/[\u007f-\u009f\u2028\u2029\p{Cf}]/gu, found =>
    found
      .split('')
      .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('')
  )}\n`
}
