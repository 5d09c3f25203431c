import type { Log } from '../controller/ports/ports.ts'
import { messageOf } from '../errors.ts'

/** Says when the store is away and when it is back, once for all who meet it. */
export interface Availability {
  failed(error: unknown, isWrite: boolean): void
  /** `beganMs`: when what worked was begun. */
  worked(beganMs: number, isWrite: boolean): void
}

const againMs = 60_000
/** While a cluster finds itself some statements work and others do not. */
const settledMs = 1000

interface Outage {
  readonly sinceMs: number
  saidMs: number
  lastMs: number
  /** On a full disk, or a lost quorum, reading goes on. */
  ofWrites: boolean
}

/** `steady`: ms that nobody sets. */
export function createAvailability(log: Log, steady: () => number): Availability {
  let outage: Outage | undefined
  const secondsOf = ({ sinceMs }: Outage): number => Math.round((steady() - sinceMs) / 1000)
  return {
    failed(error, isWrite) {
      const nowMs = steady()
      const isFirst = outage === undefined
      outage ??= { sinceMs: nowMs, saidMs: nowMs, lastMs: nowMs, ofWrites: isWrite }
      outage.lastMs = nowMs
      outage.ofWrites ||= isWrite
      const err = messageOf(error)
      if (isFirst) log.warn({ err }, "the store can't be used: nothing new is begun until it can be used again")
      else if (nowMs - outage.saidMs >= againMs) {
        outage.saidMs = nowMs
        log.warn({ seconds: secondsOf(outage), err }, "the store still can't be used")
      }
    },
    worked(beganMs, isWrite) {
      if (outage === undefined || (outage.ofWrites && !isWrite) || beganMs < outage.lastMs + settledMs) return
      log.warn({ seconds: secondsOf(outage) }, 'the store can be used again')
      outage = undefined
    }
  }
}
