import { setTimeout as delay } from 'node:timers/promises'

/** Time as the service sees it; the simulation brings its own. All times are milliseconds. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): number
  /** Resolves after `ms`, or at once when `signal` is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal })
    } catch {
      // An aborted wait is a wait that ended early, and the caller looks at the world again.
    }
  }
}
