/** `sorted` ascending; the nearest rank. 0 for an empty list. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** Rows with the same keys, a column each. */
export function printTable(rows: readonly object[]): void {
  const names = Object.keys(rows[0] ?? {})
  const cells = [names, ...rows.map(row => Object.values(row).map(String))]
  const widths = names.map((_, column) => Math.max(...cells.map(line => (line[column] ?? '').length)))
  for (const line of cells)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()
    )
}
