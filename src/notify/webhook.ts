import type { Clock } from '../clock.ts'
import type { DutyStore, Log } from '../controller/ports/ports.ts'
import { messageOf, StoreUnavailable } from '../errors.ts'
import type { Notification, Occasion } from './cloud-event.ts'
import { cloudEvent, occasionOf } from './cloud-event.ts'
import type { Delivery } from './post.ts'
import { post } from './post.ts'

export interface NotifyTarget {
  readonly url: string
  readonly on: readonly Occasion[]
  /** Key of the signature. */
  readonly secret: string
}

export interface NotifierDeps {
  readonly clock: Clock
  readonly log: Log
  /** This replica, for the duty. */
  readonly owner: string
  /** How long it has the duty, ms; somebody renews it with the others. */
  readonly ttlMs: number
  /** CloudEvents' `source`; "/switchover". */
  readonly source?: string
  /** The time of day, ms, against which receivers hold the signature's; the machine's. Our clock may be ahead of it after a step. */
  readonly timeOfDay?: () => number
  /** Of each delivery, ms; 10 000. */
  readonly timeoutMs?: number
}

type Row = Awaited<ReturnType<DutyStore['outbox']>>[number]

/** A target that does not answer rests, with all that is due for it, so that the others need not wait for its timeouts. */
interface Rest {
  failures: number
  untilMs: number
}

const duty = 'notify'
/** After this long a round begins no new delivery, and it is seen whether the duty is still ours. */
const roundMs = 20_000
const pauseMs = 1000
const pageSize = 50
const backoffMinMs = 1000
const backoffMaxMs = 600_000

/**
 * Delivers the store's outbox to webhooks, at least once. A row counts as delivered when all its targets took it (2xx);
 * those that took it are remembered in this process only. After a restart, or when another replica takes over, they
 * get it again under the same id, by which a receiver drops duplicates. The order is not promised.
 */
export function createNotifier(targets: readonly NotifyTarget[], store: DutyStore, deps: NotifierDeps) {
  const { clock, log, owner, ttlMs, source = '/switchover', timeOfDay = Date.now, timeoutMs = 10_000 } = deps
  const taken = new Map<string, Set<NotifyTarget>>()
  const rests = new Map<NotifyTarget, Rest>()

  /** Sends what is due to one target. Answers which of the rows it owes still, with the reason. */
  async function serve(target: NotifyTarget, rows: readonly Row[], untilMs: number, signal?: AbortSignal) {
    const owed = new Map<string, string>()
    for (const row of rows) {
      if (taken.get(row.id)?.has(target) === true || !concerns(target, row)) continue
      const rest = rests.get(target)
      if (rest !== undefined && clock.now() < rest.untilMs) owed.set(row.id, 'the target rests after a failure')
      else if (clock.now() >= untilMs || signal?.aborted === true) owed.set(row.id, '')
      else {
        const failure = note(target, row, await send(target, row, signal))
        if (failure !== undefined) owed.set(row.id, failure)
      }
    }
    return owed
  }

  async function send(target: NotifyTarget, row: Notification, signal?: AbortSignal): Promise<Delivery> {
    return await post(target, cloudEvent(row, source), { nowMs: timeOfDay(), timeoutMs, ...(signal && { signal }) })
  }

  /** Keeps in mind what became of a delivery; answers why it failed. */
  function note(target: NotifyTarget, row: Row, delivery: Delivery): string | undefined {
    const where = new URL(target.url).origin
    if (delivery.failure === undefined) {
      rests.delete(target)
      taken.set(row.id, (taken.get(row.id) ?? new Set()).add(target))
      log.info({ notification: row.id, target: where }, 'notification delivered')
      return undefined
    }
    log.warn({ notification: row.id, target: where, error: delivery.failure }, 'notification not delivered')
    if (delivery.isDown) {
      const failures = (rests.get(target)?.failures ?? 0) + 1
      rests.set(target, { failures, untilMs: clock.now() + backoff(failures - 1) })
    }
    return `${where}: ${delivery.failure}`
  }

  /** Sends what is due, to all targets side by side; answers how many rows all their targets have now. */
  async function deliverDue(signal?: AbortSignal): Promise<number> {
    const rows = await store.outbox(pageSize)
    const untilMs = clock.now() + roundMs
    const owed = await Promise.all(targets.map(target => serve(target, rows, untilMs, signal)))
    let delivered = 0
    for (const row of rows) {
      const failures = owed.flatMap(map => map.get(row.id) ?? [])
      const error = failures.filter(failure => failure !== '').join('; ')
      if (failures.length === 0) {
        await store.delivered(row.id)
        taken.delete(row.id)
        delivered++
      } else if (error !== '' && signal?.aborted !== true) {
        await store.deliveryFailed(row.id, backoff(row.attempts), error)
      }
      // What was not tried, for want of time, is due as before.
    }
    return delivered
  }

  return {
    deliverDue: async () => await deliverDue(),
    /** Delivers for as long as this replica has the duty, until `signal` is aborted. Never rejects. */
    async run(signal: AbortSignal): Promise<void> {
      let renewAtMs = 0
      let isOurs = false
      while (!signal.aborted) {
        try {
          if (clock.now() >= renewAtMs) {
            isOurs = await store.takeDuty(duty, owner, ttlMs)
            renewAtMs = clock.now() + (isOurs ? ttlMs / 3 : pauseMs)
          }
          if (!isOurs) taken.clear()
          else if ((await deliverDue(signal)) > 0) await store.dutyDone(duty, owner)
        } catch (error) {
          // That it is away the store says itself.
          if (!(error instanceof StoreUnavailable)) log.warn({ error: messageOf(error) }, 'notifications wait')
        }
        await clock.sleep(pauseMs, signal)
      }
    }
  }
}

function concerns(target: NotifyTarget, row: Row): boolean {
  const occasion = occasionOf(row.type)
  return occasion === undefined || target.on.includes(occasion)
}

/** 1 s, 2 s, 4 s … 10 minutes. */
function backoff(failuresBefore: number): number {
  return Math.min(backoffMinMs * 2 ** Math.min(failuresBefore, 20), backoffMaxMs)
}
