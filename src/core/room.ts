import type { Amounts, Room } from './inventory.ts'

/** Why `need` does not fit into what the host has left, or undefined when it does. */
export function fitsInto(need: Amounts, room: Room): string | undefined {
  for (const [resource, amount] of Object.entries(need)) {
    if (amount === 0) continue
    const free = room.free[resource]
    if (free === undefined) return `offers no ${resource}`
    if (free < amount) return `has ${Math.max(0, free)} ${resource} left of the ${amount} needed`
    const largest = room.maxUnit[resource]
    if (largest !== undefined && largest < amount)
      return `gives at most ${largest} ${resource} to one server, ${amount} are needed`
  }
  return undefined
}

export function subtract(free: Amounts, need: Amounts): Amounts {
  const left: Record<string, number> = { ...free }
  for (const [resource, amount] of Object.entries(need)) left[resource] = (left[resource] ?? 0) - amount
  return left
}
