import type { SegmentView } from '../controller/service/service.ts'

/** Spares that could take the next failed host. */
export function sparesLeft({ spares }: SegmentView): number {
  return spares.filter(spare => spare.ready && spare.heldBy === undefined).length
}

/** Hosts of which no enabled alarm would tell us; undefined while the alarms have not been read. */
export function withoutAlarm({ hosts }: SegmentView): string[] | undefined {
  if (hosts.some(({ alarms }) => alarms === undefined)) return undefined
  return hosts.flatMap(({ name, alarms }) => (alarms === 0 ? [name] : []))
}

/** Hosts that this process could not fence, by its last rehearsal, or whose agents no process believes; undefined where nothing is switched off. */
export function unfenceable({ rehearsed }: SegmentView): string[] | undefined {
  const failed = rehearsed?.filter(({ error }) => error !== undefined)
  return failed && [...new Set(failed.map(({ host }) => host))]
}

export function ageSeconds(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.round((nowMs - sinceMs) / 1000))
}
