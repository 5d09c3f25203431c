/** Chance from a seed: the same seed draws the same numbers, on every machine. */
export interface Chance {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  /** True in `percent` of a hundred cases. */
  percent(percent: number): boolean
  pick<T>(items: readonly T[]): T
  /** One of the names, each as likely as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T
  /** `count` different items, or all if there are fewer. */
  some<T>(items: readonly T[], count: number): T[]
}

export function createChance(seed: number): Chance {
  const next = mulberry32(seed)
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  const pick = <T>(items: readonly T[]): T => {
    const item = items[int(0, items.length - 1)]
    if (item === undefined) throw new Error('there is nothing to pick from')
    return item
  }
  return {
    int,
    pick,
    percent: percent => next() * 100 < percent,
    weighted(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][]
      let at = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) {
        at -= weight
        if (at < 0) return name
      }
      throw new Error('the weights add up to nothing')
    },
    some(items, count) {
      const left = [...items]
      return Array.from({ length: Math.min(count, items.length) }, () => left.splice(int(0, left.length - 1), 1)).flat()
    }
  }
}

/** A well-known small generator of 32 bits; its first numbers of neighbouring seeds are alike, so they are skipped. */
function mulberry32(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  for (let skipped = 0; skipped < 4; skipped++) next()
  return next
}
