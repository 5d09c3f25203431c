import { setImmediate as nextRound } from 'node:timers/promises'
import type { ModelClock } from '../../src/emulator/model-clock.ts'

/** Time that passes only when everybody is asleep. The code under test may use no timer of its own. */
export interface VirtualClock extends ModelClock {
  /** While this answers true somebody works in real time (a database call), and time stands still. */
  watch(busy: () => boolean): void
  /**
   * Lets time pass until `work` has settled. Throws when nobody sleeps and `work` is not done, after `stepsMax` wakes, or
   * when the clock would pass `untilMs` (since the start).
   */
  run<T>(work: Promise<T>, untilMs?: number): Promise<T>
}

interface Sleeper {
  readonly atMs: number
  readonly order: number
  readonly wake: () => void
}

export function createVirtualClock(options: { startMs?: number; stepsMax?: number } = {}): VirtualClock {
  const startMs = options.startMs ?? Date.UTC(2026, 0, 1)
  const sleepers = new Set<Sleeper>()
  let nowMs = startMs
  let order = 0
  let busy: () => boolean = () => false

  const seconds = (): number => Math.floor((nowMs - startMs) / 1000)

  function register(ms: number, wake: () => void): Sleeper {
    const sleeper: Sleeper = { atMs: nowMs + Math.max(0, ms), order: order++, wake }
    sleepers.add(sleeper)
    return sleeper
  }

  function wakeNext(untilMs: number): void {
    const next = earliest(sleepers)
    if (next === undefined) throw new Error(`nobody sleeps, and the work is not done at ${seconds()} s`)
    if (next.atMs > startMs + untilMs) throw new Error(`the work is not done after ${untilMs / 1000} s`)
    sleepers.delete(next)
    nowMs = next.atMs
    next.wake()
  }

  return {
    now: () => nowMs,
    seconds,
    sleep: (ms, signal) => sleepUntil(register, sleepers, ms, signal),
    after(ms, deed) {
      const sleeper = register(ms, deed)
      return () => void sleepers.delete(sleeper)
    },
    watch: isBusy => {
      busy = isBusy
    },
    run: (work, untilMs = Number.POSITIVE_INFINITY) =>
      passTime(
        work,
        () => quiet(() => busy()),
        () => wakeNext(untilMs),
        options.stepsMax ?? 100_000
      )
  }
}

async function passTime<T>(
  work: Promise<T>,
  settle: () => Promise<void>,
  wakeNext: () => void,
  stepsMax: number
): Promise<T> {
  let settled = false
  const finish = (): void => {
    settled = true
  }
  work.then(finish, finish)
  for (let step = 0; step < stepsMax; step++) {
    await settle()
    if (settled) return work
    wakeNext()
  }
  throw new Error(`the work is not done after ${stepsMax} steps`)
}

function sleepUntil(
  register: (ms: number, wake: () => void) => Sleeper,
  sleepers: Set<Sleeper>,
  ms: number,
  signal: AbortSignal | undefined
): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted) return resolve()
    const sleeper = register(ms, () => {
      signal?.removeEventListener('abort', wakeEarly)
      resolve()
    })
    function wakeEarly(): void {
      sleepers.delete(sleeper)
      resolve()
    }
    signal?.addEventListener('abort', wakeEarly, { once: true })
  })
}

/** Who sleeps since longer wakes first, so that the same run is always the same run. */
function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined
  for (const sleeper of sleepers) {
    if (
      first === undefined ||
      sleeper.atMs < first.atMs ||
      (sleeper.atMs === first.atMs && sleeper.order < first.order)
    ) {
      first = sleeper
    }
  }
  return first
}

/** Two rounds of the event loop without work at hand: all promises that could settle have settled. */
async function quiet(busy: () => boolean): Promise<void> {
  for (let idle = 0, round = 0; idle < 2; round++) {
    await nextRound()
    idle = busy() ? 0 : idle + 1
    if (round > 1_000_000) throw new Error('a call of a port never ends')
  }
}
