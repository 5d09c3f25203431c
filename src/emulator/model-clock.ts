import type { Clock } from '../clock.ts'

/** The time of the model: real for a demo, virtual for a simulation. */
export interface ModelClock extends Clock {
  /** The world's own timer: `deed` is done after `ms`. The answer cancels it. */
  after(ms: number, deed: () => void): () => void
  /** Whole seconds since the model began. */
  seconds(): number
}
