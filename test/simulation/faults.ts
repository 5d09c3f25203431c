import type { Clock } from '../../src/clock.ts'
import type { State } from '../../src/core/recovery.ts'

/** One fault, as data. */
export interface Fault {
  /** `cloud.evacuate`, `store.write`, `cloud.*` or `*`. */
  readonly on: string
  /** Only calls of a recovery that is in this state count. */
  readonly in?: State
  /** The first matching call it strikes, from 1; 1 if left out. */
  readonly nth?: number
  /** How many matching calls in a row it strikes; 1 if left out. */
  readonly times?: number
  /**
   * - `errorBefore`: nothing happens and it throws `code` (`unreachable`)
   * - `errorAfter`: it happens and throws `code` (`unknown`)
   * - `hang`: it happens `ms` later
   * - `late`: it throws `code` (`unknown`), and happens `ms` later all the same
   * - `slow`: it happens at once, and the answer comes `ms` later
   * - `partial`: a part of the answer is missing
   * - `crashBefore`, `crashAfter`: the process dies just before or just after the effect
   * - `crashLate`: the process dies, and it happens `ms` later all the same
   * - `pauseBefore`, `pauseAfter`: the process stands still for `ms` just before or just after the effect
   */
  readonly do: FaultKind
  readonly code?: string
  readonly ms?: number
}

export type FaultKind =
  | 'errorBefore'
  | 'errorAfter'
  | 'hang'
  | 'late'
  | 'slow'
  | 'partial'
  | 'crashBefore'
  | 'crashAfter'
  | 'crashLate'
  | 'pauseBefore'
  | 'pauseAfter'

/** Counts calls over all processes of a run and says what strikes each. */
export interface FaultPlan {
  /** All calls so far, in order: `cloud.hosts`, … */
  readonly calls: string[]
  /** Counts one call, made for a recovery in `state` if for any. */
  next(name: string, state: State | undefined): Fault | undefined
}

/** No scenario needs so many in a minute; more means that the service runs in circles. */
const callsMax = 4_000
const minuteMs = 60_000

export function createFaultPlan(
  faults: readonly Fault[],
  clock: Clock,
  struck: (fault: Fault, name: string, state: State | undefined) => void = () => {}
): FaultPlan {
  const calls: string[] = []
  const counts = faults.map(() => 0)
  let minute = { sinceMs: clock.now(), calls: 0 }
  return {
    calls,
    next(name, state) {
      calls.push(name)
      if (clock.now() - minute.sinceMs > minuteMs) minute = { sinceMs: clock.now(), calls: 0 }
      if (++minute.calls > callsMax) throw new Error(`${callsMax} calls a minute: it turns round and round, at ${name}`)
      let strikes: Fault | undefined
      for (const [index, fault] of faults.entries()) {
        if (!matches(fault, name, state)) continue
        const count = (counts[index] ?? 0) + 1
        counts[index] = count
        const nth = fault.nth ?? 1
        if (count >= nth && count < nth + (fault.times ?? 1)) strikes ??= fault
      }
      if (strikes !== undefined) struck(strikes, name, state)
      return strikes
    }
  }
}

function matches({ on, in: only }: Fault, name: string, state: State | undefined): boolean {
  if (only !== undefined && only !== state) return false
  return on === '*' || on === name || (on.endsWith('.*') && name.startsWith(on.slice(0, -1)))
}
