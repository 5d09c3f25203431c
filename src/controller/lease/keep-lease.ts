import type { Clock } from '../../clock.ts'
import { LeaseLost, messageOf, StoreUnavailable } from '../../errors.ts'
import type { Lease, Log, RecoveryStore } from '../ports/ports.ts'
import type { Deadline, Deadlines } from './deadlines.ts'

export interface LeaseHolder {
  readonly lease: Lease
  /** Aborted when the lease is lost. */
  readonly lost: AbortController
  deadline: Deadline
}

interface Tools {
  readonly clock: Clock
  readonly store: Pick<RecoveryStore, 'renew'>
  readonly log: Log
  readonly deadlines: Deadlines
  readonly steady: () => number
  readonly ttlMs: number
}

/** A connection that fell silent answers nothing for longer than the lease lasts, so another one is tried meanwhile. */
const triesAtOnce = 2

/**
 * Renews one lease every third of its time until `finished` is aborted or it is lost. It waits for nothing else: neither for
 * another recovery's statement, nor for its own that was not answered.
 */
export async function keepLease(holder: LeaseHolder, tools: Tools, finished: AbortSignal): Promise<void> {
  const { clock, steady, ttlMs } = tools
  const ended = AbortSignal.any([finished, holder.lost.signal])
  const state = { dueMs: steady() + ttlMs / 3, underWay: 0 }
  while (!ended.aborted) {
    await clock.sleep(ttlMs / 6, ended)
    if (!ended.aborted && steady() >= state.dueMs && state.underWay < triesAtOnce) void renew(holder, tools, state)
  }
}

async function renew(
  holder: LeaseHolder,
  { store, log, deadlines, steady, ttlMs }: Tools,
  state: { dueMs: number; underWay: number }
): Promise<void> {
  const deadline = deadlines.fromNow()
  const dueMs = steady() + ttlMs / 3
  state.underWay++
  try {
    await store.renew(holder.lease, ttlMs)
    // One that was answered late tells of an earlier end than a later one did.
    if (deadlines.leftMs(deadline) > deadlines.leftMs(holder.deadline)) holder.deadline = deadline
    state.dueMs = Math.max(state.dueMs, dueMs)
  } catch (error) {
    if (error instanceof LeaseLost) holder.lost.abort()
    else if (!(error instanceof StoreUnavailable))
      log.warn({ recovery: holder.lease.recovery, err: messageOf(error) }, 'lease not renewed')
  } finally {
    state.underWay--
  }
}
