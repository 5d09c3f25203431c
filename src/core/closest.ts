const begunMin = 4

/** The candidate that `word` was most likely meant to be, or undefined when none is near. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  // About a third of the letters may be wrong: more and the guess confuses.
  let bestDistance = Math.ceil(word.length / 3) + 1
  for (const candidate of candidates) {
    // What only lacks its end (timeout for timeoutSeconds) is near however long the end is.
    const isBegun = word.length >= begunMin && candidate.toLowerCase().startsWith(word.toLowerCase())
    const distance = isBegun ? 1 : editsBetween(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** ` (did you mean "…"?)`, or nothing. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const guess = closest(word, candidates)
  return guess === undefined ? '' : ` (did you mean "${guess}"?)`
}

/** Levenshtein's distance, row by row. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const swapped = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
