import { setTimeout as delay } from 'node:timers/promises'

/** Time as the service sees it; the simulation brings its own. All times are milliseconds. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): number
  /** Resolves after `ms`, or at once when `signal` is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** What the machine itself says, ms. Neither is the time of day as the service tells it. */
export interface MachineTime {
  /** Nobody can set it, but it stands still while the machine is suspended. */
  steady(): number
  /** Goes on while the machine is suspended, but can be set. */
  wall(): number
}

export const machineTime: MachineTime = { steady: () => performance.now(), wall: () => Date.now() }

/** Smaller corrections of the wall clock are followed both ways. */
const slackMs = 1000

/**
 * The wall clock as far as it goes forwards. A step forwards may be hours in which this machine stood still, so it is believed:
 * what was trusted is looked at again. One backwards is not followed, for then every wait and every age would be hours too long;
 * from then on the time that has passed counts, until the process ends or the wall clock has caught up.
 */
export function createNow(wall: () => number, steady: () => number): () => number {
  let aheadMs = wall() - steady()
  let lastMs = Number.NEGATIVE_INFINITY
  return () => {
    const [wallMs, steadyMs] = [wall(), steady()]
    if (wallMs > steadyMs + aheadMs - slackMs) aheadMs = wallMs - steadyMs
    lastMs = Math.max(lastMs, Math.floor(steadyMs + aheadMs))
    return lastMs
  }
}

export const systemClock: Clock = {
  now: createNow(Date.now, () => performance.now()),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal })
    } catch {
      // An aborted wait is a wait that ended early, and the caller looks at the world again.
    }
  }
}
