import type { Settings } from './segment.ts'
import type { Verdict } from './verdict.ts'

/** `wait`: look on until the time for it is over, then hold. */
export type Remedy = 'fence' | 'dismiss' | 'hold' | 'wait'

/**
 * What a verdict leads to. Only `fence` ever touches the host. `canFence` is false where the configuration waives the fence:
 * a host that is known to run is not left to that.
 */
export function remedyOf(verdict: Verdict, confirm: Settings['confirm'], canFence: boolean): Remedy {
  switch (verdict) {
    case 'dead':
      return 'fence'
    case 'isolated':
      return canFence ? 'fence' : 'hold'
    case 'compute-down': {
      const chosen = confirm.computeDown ?? 'hold'
      return chosen === 'fence' && !canFence ? 'hold' : chosen
    }
    case 'degraded':
      return confirm.degraded === 'dismiss' ? 'dismiss' : 'wait'
    case 'healthy':
      return 'dismiss'
    case 'unknown':
      return 'wait'
  }
}
