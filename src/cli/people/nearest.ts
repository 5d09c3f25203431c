/** So many letters may be wrong, missing or too many. */
const slipsMax = 2

/** The name that was probably meant; undefined where none is like it, or several are as much. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const near = [...new Set(names)].map(other => ({ other, slips: slipsBetween(name, other) }))
  const least = Math.min(slipsMax, ...near.map(({ slips }) => slips))
  const found = near.filter(({ slips }) => slips === least)
  return found.length === 1 ? found[0]?.other : undefined
}

/** Levenshtein's distance, row by row. */
function slipsBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      current.push(
        Math.min((above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + (isSame ? 0 : 1))
      )
    }
    above = current
  }
  return above[other.length] ?? 0
}
