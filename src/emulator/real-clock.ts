import { systemClock } from '../clock.ts'
import type { ModelClock } from './model-clock.ts'

/** Real time, for a cloud that is spoken to over HTTP. */
export interface RealClock extends ModelClock {
  /** Nothing that is still to come happens any more. */
  stop(): void
}

export function createModelClock(): RealClock {
  const startMs = Date.now()
  const timers = new Set<NodeJS.Timeout>()
  return {
    now: systemClock.now,
    sleep: systemClock.sleep,
    seconds: () => Math.floor((Date.now() - startMs) / 1000),
    after(ms, deed) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        deed()
      }, ms)
      timers.add(timer)
      return () => {
        clearTimeout(timer)
        timers.delete(timer)
      }
    },
    stop() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    }
  }
}
