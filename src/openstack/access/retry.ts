import type { Clock } from '../../clock.ts'
import { CloudError } from '../../errors.ts'
import { NoReply, type Reply } from '../request.ts'
import { throwIfAborted } from './single-flight.ts'

export interface Patience {
  /** For messages: Nova, Keystone … */
  readonly service: string
  readonly path: string
  /** All tries together. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

const firstPauseMs = 250
const pauseMaxMs = 5_000

/**
 * Tries what may be repeated without harm until an answer comes that a further try would not better, or the time is
 * over. The last answer is returned even if it is a 503; throws CloudError `unreachable` when none came.
 */
export async function readAgain(patience: Patience, attempt: (timeoutMs: number) => Promise<Reply>): Promise<Reply> {
  const { service, path, timeoutMs, clock, signal } = patience
  const deadlineMs = clock.now() + timeoutMs
  for (let tries = 1; ; tries += 1) {
    throwIfAborted(signal)
    const result = await attempt(Math.min(timeoutMs, deadlineMs - clock.now())).catch((error: unknown) => {
      if (error instanceof NoReply) return error
      throw error
    })
    if (!(result instanceof NoReply) && !isPassing(result.status)) return result
    const pauseMs = result instanceof NoReply ? backoffMs(tries) : (askedPauseMs(result, clock) ?? backoffMs(tries))
    const hasTime = clock.now() + pauseMs < deadlineMs && signal?.aborted !== true
    if (!(result instanceof NoReply)) {
      if (!hasTime) return result
    } else if (!hasTime || !result.again) {
      throw new CloudError('unreachable', `${service}: ${result.message} (${path})`, { cause: result.cause })
    }
    await clock.sleep(pauseMs, signal)
  }
}

/** What a service, or a proxy before it, answers when it can't just now. */
export function isPassing(status: number): boolean {
  return status === 429 || status >= 500
}

/** Retry-After: seconds or a date. */
export function askedPauseMs(reply: Reply, clock: Clock): number | undefined {
  const asked = reply.headers['retry-after']
  if (typeof asked !== 'string') return undefined
  const seconds = Number(asked)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const atMs = Date.parse(asked)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - (reply.dateMs ?? clock.now()))
}

/** Doubles, with jitter, so that many callers do not come back together. */
function backoffMs(tries: number): number {
  return Math.round(Math.min(pauseMaxMs, firstPauseMs * 2 ** (tries - 1)) * (0.5 + Math.random() / 2))
}
