import type { Clock } from '../clock.ts'

/** Until then nobody else can have the lease, however the machine slept in between. */
export interface Deadline {
  readonly atMs: number
  /** By the machine's own time, which goes on where the clock stands still while the machine is suspended, but can be set. */
  readonly wallMs: number
}

export interface Deadlines {
  /** Taken before the query that takes or renews the lease. */
  fromNow(): Deadline
  isOver(deadline: Deadline): boolean
  /** True when it is over, however often it moved; false when `finished` was aborted before. */
  reached(deadline: () => Deadline, finished: AbortSignal): Promise<boolean>
}

/** `ms`: how long a lease may be used after it was asked for; less than it lasts. */
export function createDeadlines(clock: Clock, wall: () => number, ms: number): Deadlines {
  const isOver = ({ atMs, wallMs }: Deadline): boolean => clock.now() >= atMs || wall() >= wallMs
  return {
    fromNow: () => ({ atMs: clock.now() + ms, wallMs: wall() + ms }),
    isOver,
    async reached(deadline, finished) {
      while (!finished.aborted && !isOver(deadline())) {
        const { atMs, wallMs } = deadline()
        // Either clock may have been set back since, and then its end is far away.
        await clock.sleep(Math.max(1, Math.min(atMs - clock.now(), wallMs - wall(), ms)), finished)
      }
      return !finished.aborted
    }
  }
}
