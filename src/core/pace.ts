/** How many moves are kept in flight, and how their end times led there. */
export interface Pace {
  readonly window: number
  /** Moves that ended since the window was last changed, and since when (ms). */
  readonly finished: number
  readonly sinceMs: number
  /** Finished moves a second with the window before. */
  readonly rate: number
}

/**
 * A target claims the servers one after the other and finishes them one after the other, so what is sent late waits behind
 * a pause in which it claims nothing: on Nova 31 ten servers took 48 s at once, and 54 s when the last two waited for the
 * first to end (`npm run bench:whole-host`). So it starts wide, and trouble makes it narrow.
 */
const windowFirst = 20

export function startPace(max: number, targets: number, nowMs: number): Pace {
  return { window: Math.min(windowFirst * Math.max(1, targets), max), finished: 0, sinceMs: nowMs, rate: 0 }
}

/** The window grows while the rate of finished moves grows with it, up to `max`; trouble at Nova halves it. */
export function adapt(
  pace: Pace,
  round: { readonly finished: number; readonly trouble: boolean; readonly max: number; readonly nowMs: number }
): Pace {
  if (round.trouble)
    return { window: Math.max(1, Math.floor(pace.window / 2)), finished: 0, sinceMs: round.nowMs, rate: 0 }
  const finished = pace.finished + round.finished
  if (finished < pace.window) return { ...pace, finished }
  const rate = (1000 * finished) / Math.max(1, round.nowMs - pace.sinceMs)
  const grows = rate > pace.rate * 1.05
  const window = Math.min(round.max, grows ? pace.window + Math.max(2, Math.floor(pace.window / 2)) : pace.window)
  return { window, finished: 0, sinceMs: round.nowMs, rate: Math.max(rate, pace.rate) }
}

/** ms between two looks at the moves in flight: the more there are the rarer, so that looking costs little beside them. */
export function pollMs(inFlight: number): number {
  return Math.min(5000, 800 + 60 * inFlight)
}
