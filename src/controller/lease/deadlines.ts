import type { Clock, MachineTime } from '../../clock.ts'

/** Until then nobody else can have the lease, however the machine slept in between. */
export interface Deadline {
  readonly steadyMs: number
  readonly wallMs: number
}

export interface Deadlines {
  /** Taken before the query that takes or renews the lease. */
  fromNow(): Deadline
  isOver(deadline: Deadline): boolean
  /** What is left of it, ms; none if it is over. */
  leftMs(deadline: Deadline): number
  /** True when it is over, however often it moved; false when `finished` was aborted before. */
  reached(deadline: () => Deadline, finished: AbortSignal): Promise<boolean>
}

/**
 * `ms`: how long a lease may be used after it was asked for; less than it lasts. Whichever of the machine's clocks is first counts;
 * the database's does not, for it can be set, and another node's may differ.
 */
export function createDeadlines(clock: Pick<Clock, 'sleep'>, { steady, wall }: MachineTime, ms: number): Deadlines {
  const leftMs = ({ steadyMs, wallMs }: Deadline): number => Math.max(0, Math.min(steadyMs - steady(), wallMs - wall()))
  const isOver = (deadline: Deadline): boolean => leftMs(deadline) === 0
  return {
    fromNow: () => ({ steadyMs: steady() + ms, wallMs: wall() + ms }),
    isOver,
    leftMs,
    async reached(deadline, finished) {
      while (!finished.aborted && !isOver(deadline())) {
        await clock.sleep(Math.max(1, leftMs(deadline())), finished)
      }
      return !finished.aborted
    }
  }
}
