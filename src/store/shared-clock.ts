import type { Clock } from '../clock.ts'
import type { Log, RecoveryStore } from '../controller/ports/ports.ts'
import { messageOf, StoreUnavailable } from '../errors.ts'

/** The database's time, kept up to date. */
export interface SharedClock extends Clock {
  /** Asks the database; a failure leaves the clock running as it was. */
  sync(): Promise<void>
}

/** Replicas and the database tell the time together to about this. */
const stepMs = 1000

/**
 * The time of the store, so that what one replica wrote means the same to the one that takes over, whatever their own clocks
 * say. Between two looks it follows `sinceBoot` (ms, never set), not the machine's clock. Rejects if the first look fails.
 */
export async function createSharedClock(
  store: Pick<RecoveryStore, 'now'>,
  local: Clock,
  log: Log,
  sinceBoot: () => number = () => performance.now()
): Promise<SharedClock> {
  let mark = await look()

  /** The answer is as old as half of its way there and back. */
  async function look(): Promise<{ storeMs: number; bootMs: number; tookMs: number }> {
    const askedMs = sinceBoot()
    const storeMs = await store.now()
    const bootMs = sinceBoot()
    const tookMs = bootMs - askedMs
    return { storeMs: storeMs + tookMs / 2, bootMs, tookMs }
  }

  const now = (): number => Math.round(mark.storeMs + sinceBoot() - mark.bootMs)
  return {
    now,
    sleep: local.sleep,
    async sync() {
      try {
        const next = await look()
        // While a node dies an answer takes seconds, and does not say when of them it was given. Ours errs by less meanwhile.
        if (next.tookMs > stepMs) return
        const stepped = Math.round(next.storeMs - (mark.storeMs + next.bootMs - mark.bootMs))
        if (Math.abs(stepped) > stepMs)
          log.warn(
            { ms: stepped },
            "the database's clock was set, another of its nodes answers, or this machine stood still"
          )
        mark = next
      } catch (error) {
        // That it is away the store says itself.
        if (!(error instanceof StoreUnavailable))
          log.warn({ err: messageOf(error) }, "the database's time can't be read")
      }
    }
  }
}
