import type { SegmentView } from '../controller/service.ts'

/** Spares that could take the next failed host. */
export function sparesLeft({ spares }: SegmentView): number {
  return spares.filter(spare => spare.ready && spare.heldBy === undefined).length
}

export function ageSeconds(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.round((nowMs - sinceMs) / 1000))
}
