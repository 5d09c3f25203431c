import type { HeldLease } from '../ports/ports.ts'

export interface LeaseWatch {
  /**
   * Looks at all leases that are held, as they were read after `askedMs` (steady); answers those that have stood still for as long
   * as they last. Their holders have stopped: each does nothing after seven tenths of that without having renewed it.
   */
  look(seen: readonly HeldLease[], askedMs: number): HeldLease[]
  /** How long until the next of them may have stood still for long enough, ms; Infinity if none will. */
  nextMs(): number
}

interface Mark {
  readonly lease: HeldLease
  /** When it had been read for the first time as it is now. */
  readonly sinceMs: number
}

/**
 * What the database's clock says of a lease is not enough to take it over: another node of a cluster may answer, whose clock is
 * ahead. So whoever wants it has watched it, by a clock of its own that nobody can set.
 */
export function createLeaseWatch(steady: () => number): LeaseWatch {
  let marks = new Map<string, Mark>()
  return {
    look(seen, askedMs) {
      const readMs = steady()
      const before = marks
      marks = new Map(
        seen.map(lease => {
          const mark = before.get(lease.recovery)
          return [lease.recovery, mark !== undefined && isSame(mark.lease, lease) ? mark : { lease, sinceMs: readMs }]
        })
      )
      return [...marks.values()].filter(mark => askedMs >= endOf(mark)).map(({ lease }) => lease)
    },
    nextMs() {
      const nowMs = steady()
      const waits = [...marks.values()].map(mark => endOf(mark) - nowMs).filter(ms => ms > 0)
      return Math.min(...waits, Number.POSITIVE_INFINITY)
    }
  }
}

function endOf({ lease, sinceMs }: Mark): number {
  return sinceMs + lease.ttlMs
}

function isSame(one: HeldLease, other: HeldLease): boolean {
  return one.owner === other.owner && one.epoch === other.epoch && one.untilMs === other.untilMs
}
