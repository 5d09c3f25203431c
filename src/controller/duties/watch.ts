import { isStorm, stormKey, watchGapMs, watchKey } from '../../core/guards/storm.ts'
import type { HostsReading } from '../../core/inventory.ts'
import { isComplete } from '../../core/inventory.ts'
import type { Segment } from '../../core/segment.ts'
import type { Store } from '../ports/ports.ts'
import type { Directory } from '../service/directory.ts'

/** A storm that comes back after less than this is still the same. */
const stormGapMs = 600_000

/** Writes down that more of the segment than allowed looks down, where all replicas remember it. */
export async function noteStorm(store: Pick<Store, 'sight'>, segment: Segment, reading: HostsReading): Promise<void> {
  // Unknown is not down.
  if (isComplete(reading) && isStorm(reading, segment)) await store.sight(stormKey(segment.name), stormGapMs)
}

/** A duty's work: that the hosts are watched, and the storms among them. An old reading is no look. */
export function createWatch(
  store: Pick<Store, 'sight'>,
  directory: Pick<Directory, 'reading' | 'error' | 'segments'>
): () => Promise<void> {
  let last: HostsReading | undefined
  return async () => {
    const reading = directory.reading()
    if (reading === undefined || reading === last || directory.error() !== undefined || !isComplete(reading)) return
    last = reading
    await store.sight(watchKey, watchGapMs)
    for (const segment of directory.segments()) await noteStorm(store, segment, reading)
  }
}
