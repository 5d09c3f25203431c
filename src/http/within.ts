import type { Clock } from '../clock.ts'
import { CloudError } from '../errors.ts'

/** Whoever asks for a plan waits for it; a cloud that is away would keep them for minutes. */
export const planWithinMs = 20_000

/** What `work` resolves to; after `ms` CloudError `unreachable`, whatever becomes of it. For reads of the cloud only. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then((): never => {
    throw new CloudError('unreachable', `no answer within ${ms / 1000} s`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    // The loser of the race may fail as well, and nobody is left to hear of it.
    for (const promise of [work, late]) promise.catch(() => undefined)
    done.abort()
  }
}
