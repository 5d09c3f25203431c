const hourMs = 3_600_000
const unitsMs: Readonly<Record<string, number>> = {
  h: hourMs,
  d: 24 * hourMs,
  w: 7 * 24 * hourMs,
  y: 365 * 24 * hourMs
}

/** "12h", "90d", "6w" or "2y" in ms. The schema has checked the form. */
export function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (unitsMs[text.slice(-1)] ?? Number.NaN)
}
