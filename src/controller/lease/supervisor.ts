import { setMaxListeners } from 'node:events'
import type { MachineTime } from '../../clock.ts'
import { hasEnded } from '../../core/recovery.ts'
import { LeaseLost, messageOf, StoreUnavailable } from '../../errors.ts'
import type { Cloud, Ports, RecoveryStore } from '../ports/ports.ts'
import type { Context } from '../recovery/context.ts'
import { createMemory, isWorldError } from '../recovery/context.ts'
import { runRecovery } from '../recovery/run-recovery.ts'
import { mustLeaveOff } from '../recovery/words.ts'
import { createDeadlines, type Deadline } from './deadlines.ts'
import { createHearing } from './hearing.ts'
import { keepLease, type LeaseHolder } from './keep-lease.ts'
import { createLeaseWatch } from './lease-watch.ts'

export interface SupervisorOptions {
  /** Unique for this life of the process: a lease of an earlier life is not ours. */
  readonly owner: string
  readonly ttlMs: number
  /** Recoveries driven at once; held ones count, since they are looked at too. */
  readonly concurrency: number
  /** Leases are counted by it. */
  readonly machine: MachineTime
  /** The cloud for one lease, if it can be bound to it: what is sent through it is refused after `leftMs`. */
  readonly within?: (leftMs: () => number) => Cloud
}

export interface Supervisor {
  /** Claims and drives open recoveries until `signal` is aborted, or `stop` has ended them. */
  run(signal: AbortSignal): Promise<void>
  /** A command was stored, or arming changed: the recovery (or all of them) looks now rather than later. */
  nudge(recovery?: string): void
  /** Takes nothing new, lets each deed in hand end, gives the leases back; after `limitMs` it no longer waits. */
  stop(limitMs: number): Promise<void>
}

interface Driver extends LeaseHolder {
  readonly done: Promise<void>
  readonly wake: () => void
}

type Claimed = Awaited<ReturnType<RecoveryStore['claim']>>[number]

/** After our own mistake a recovery rests this long before it is driven again. */
const restMs = 5000

export function createSupervisor(ports: Ports, options: SupervisorOptions): Supervisor {
  const { clock, store, log } = ports
  const drivers = new Map<string, Driver>()
  let stopping = false
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  let waker = new AbortController()

  const { ttlMs } = options
  const { steady } = options.machine
  const deadlines = createDeadlines(clock, options.machine, 0.7 * ttlMs)
  const watch = createLeaseWatch(steady)
  const hearing = createHearing(ports)

  const wake = (): void => {
    waker.abort()
    waker = new AbortController()
  }

  function start({ lease, stored, from }: Claimed, deadline: Deadline): void {
    const lost = new AbortController()
    setMaxListeners(0, lost.signal)
    let nudged = false
    let leavesOff = false
    let sleeper = new AbortController()
    const driver: Driver = {
      lease,
      lost,
      deadline,
      done: Promise.resolve(),
      wake() {
        nudged = true
        sleeper.abort()
        sleeper = new AbortController()
      }
    }
    const bound = options.within?.(() => deadlines.leftMs(driver.deadline))
    const isEnding = (): boolean => stopping || lost.signal.aborted
    const context: Context = {
      ports: bound === undefined ? ports : { ...ports, cloud: bound },
      lease,
      recovery: stored.recovery,
      version: stored.version,
      steps: [],
      signal: lost.signal,
      memory: createMemory(),
      async wait(ms) {
        const untilMs = clock.now() + ms
        do {
          const leftMs = untilMs - clock.now()
          if (!nudged && leftMs > 0 && !isEnding())
            await clock.sleep(leftMs, AbortSignal.any([sleeper.signal, lost.signal]))
          if (!nudged || isEnding()) return
          nudged = false
          leavesOff = await mustLeaveOff(context)
        } while (!leavesOff && clock.now() < untilMs)
      },
      async pause(ms) {
        if (!stopping) await clock.sleep(ms, AbortSignal.any([lost.signal, ending.signal]))
      },
      isEnding,
      interrupted() {
        const was = leavesOff
        leavesOff = false
        return was || isEnding()
      },
      assertMayAct() {
        if (lost.signal.aborted || deadlines.isOver(driver.deadline))
          throw new LeaseLost(`recovery ${lease.recovery}: the lease may be over`)
      }
    }
    const { host, phase } = stored.recovery
    const how = from === undefined ? 'recovery taken up' : 'recovery taken over'
    log.info({ recovery: lease.recovery, host, state: phase.state, epoch: lease.epoch, from }, how)
    drivers.set(lease.recovery, Object.assign(driver, { done: drive(driver, context) }))
  }

  async function drive(driver: Driver, context: Context): Promise<void> {
    const { recovery: id } = driver.lease
    const finished = new AbortController()
    // A request that is under way when the lease may be over must not arrive later.
    void deadlines.reached(() => driver.deadline, finished.signal).then(isOver => isOver && driver.lost.abort())
    // A deed in hand may need longer than the lease would last, also when the process ends.
    void keepLease(driver, { clock, store, log, deadlines, steady, ttlMs }, finished.signal)
    try {
      const ctx: Context = Object.assign(context, { steps: await store.steps(id) })
      await runRecovery(ctx, () => stopping || driver.lost.signal.aborted)
      if (hasEnded(ctx.recovery)) return
      if (driver.lost.signal.aborted) throw new LeaseLost(`recovery ${id}: its lease was over`)
      await store.release(driver.lease)
    } catch (error) {
      await faced(driver, error)
    } finally {
      finished.abort()
      if (drivers.get(id) === driver) drivers.delete(id)
    }
  }

  /** What the world or another replica did is no accident; what we did wrong is said loudly, and tried again later. */
  async function faced(driver: Driver, error: unknown): Promise<void> {
    const { recovery } = driver.lease
    driver.lost.abort()
    if (error instanceof LeaseLost) {
      log.warn({ recovery }, 'lease lost')
      return
    }
    // A process that stood still finds its requests timed out: that was not the doing of the database or the cloud.
    const what = deadlines.isOver(driver.deadline) ? 'lease lost' : 'recovery interrupted'
    if (error instanceof StoreUnavailable || isWorldError(error)) log.warn({ recovery, err: messageOf(error) }, what)
    else log.error({ recovery, err: error }, 'recovery failed by our own mistake')
    await clock.sleep(restMs)
    try {
      await store.release(driver.lease)
    } catch (failure) {
      if (!(failure instanceof StoreUnavailable)) log.warn({ recovery, err: messageOf(failure) }, 'lease left to lapse')
    }
  }

  async function claim(): Promise<void> {
    const askedMs = steady()
    const lapsed = watch.look(await store.leases(), askedMs)
    const room = options.concurrency - drivers.size
    if (room <= 0 || stopping) return
    const deadline = deadlines.fromNow()
    for (const claimed of await store.claim(options.owner, ttlMs, room, lapsed)) start(claimed, deadline)
  }

  async function run(signal: AbortSignal): Promise<void> {
    let askAtMs = clock.now()
    while (!signal.aborted && !(stopping && drivers.size === 0)) {
      try {
        await claim()
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) log.warn({ err: messageOf(error) }, 'recoveries not claimed')
      }
      if (clock.now() >= askAtMs) {
        askAtMs = clock.now() + ttlMs / 3
        hearing.ask([...drivers.values()])
      }
      await clock.sleep(Math.min(ttlMs / 10, watch.nextMs()), AbortSignal.any([waker.signal, signal]))
    }
  }

  return {
    run,
    nudge(recovery) {
      for (const [id, driver] of drivers) if (recovery === undefined || id === recovery) driver.wake()
      wake()
    },
    async stop(limitMs) {
      stopping = true
      ending.abort()
      wake()
      for (const driver of drivers.values()) driver.wake()
      const ended = Promise.all([...drivers.values()].map(async ({ done }) => await done))
      const limit = new AbortController()
      await Promise.race([ended.then(() => limit.abort()), clock.sleep(limitMs, limit.signal)])
      for (const driver of drivers.values()) driver.lost.abort()
    }
  }
}
