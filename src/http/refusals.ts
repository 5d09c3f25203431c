import type { Clock } from '../clock.ts'
import type { Log } from '../controller/ports/ports.ts'

const quietMs = 10_000
const minuteMs = 60_000
const addressesMax = 10_000

/** Where a refused request came from, for the log. Never its URL or headers: they may hold a token. */
export interface RefusedRequest {
  readonly id: string
  readonly ip: string
}

export interface Refusals {
  /** Counts it; logs the first of its kind at once, and those of the next ten seconds together. */
  note(kind: string, detail: string, request: RefusedRequest): void
  /** Counts an unauthenticated request; true when its address had more than its share of them in this minute. */
  isTooMany(address: string): boolean
  /** Ends the waits. */
  close(): void
}

/** Only refused requests are limited: whoever has a valid token is never kept out by others behind the same address. */
export function createRefusals(clock: Clock, log: Log, count: (kind: string) => void, perMinute: number): Refusals {
  const closing = new AbortController()
  const quiet = new Map<string, { more: number; detail: string }>()
  let addresses = new Map<string, number>()
  let minuteEndsMs = 0

  async function summarize(kind: string): Promise<void> {
    await clock.sleep(quietMs, closing.signal)
    const { more, detail } = quiet.get(kind) ?? { more: 0, detail: '' }
    quiet.delete(kind)
    if (more > 0) log.warn({ kind, count: more, detail }, 'requests refused')
  }

  return {
    note(kind, detail, request) {
      count(kind)
      const before = quiet.get(kind)
      if (before !== undefined) {
        before.more += 1
        before.detail = detail
        return
      }
      quiet.set(kind, { more: 0, detail })
      log.warn({ kind, count: 1, detail, reqId: request.id, address: request.ip }, 'requests refused')
      void summarize(kind)
    },
    isTooMany(address) {
      if (clock.now() >= minuteEndsMs || addresses.size >= addressesMax) {
        addresses = new Map()
        minuteEndsMs = clock.now() + minuteMs
      }
      const seen = (addresses.get(address) ?? 0) + 1
      addresses.set(address, seen)
      return seen > perMinute
    },
    close: () => closing.abort()
  }
}
