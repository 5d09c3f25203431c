import type { Clock } from '../../src/clock.ts'
import type { Ports } from '../../src/controller/ports.ts'
import type { CloudErrorCode, FencingErrorCode } from '../../src/errors.ts'
import { CloudError, FencingError, StoreUnavailable } from '../../src/errors.ts'

/** One fault, as data. */
export interface Fault {
  /** `cloud.evacuate`, `store.write`, `cloud.*` or `*`. */
  readonly on: string
  /** The first matching call it strikes, from 1; 1 if left out. */
  readonly nth?: number
  /** How many matching calls in a row it strikes; 1 if left out. */
  readonly times?: number
  /**
   * - `errorBefore`: nothing happens and it throws `code` (`unreachable`)
   * - `errorAfter`: it happens and throws `code` (`unknown`)
   * - `hang`: it happens `ms` later
   * - `crashBefore`, `crashAfter`: the process dies just before or just after the effect
   */
  readonly do: 'errorBefore' | 'errorAfter' | 'hang' | 'crashBefore' | 'crashAfter'
  readonly code?: string
  readonly ms?: number
}

/** Counts calls over all processes of a run and says what strikes each. */
export interface FaultPlan {
  /** All calls so far, in order: `cloud.hosts`, … */
  readonly calls: string[]
  /** Counts one call. */
  next(name: string): Fault | undefined
}

/** One life of the service: from its start to its crash or its stop. */
export interface Life {
  readonly alive: () => boolean
  /** The process dies; what it waits for never comes. */
  die(): void
}

/** No scenario needs so many in a minute; more means that the service runs in circles. */
const callsMax = 4_000
const minuteMs = 60_000

export function createFaultPlan(faults: readonly Fault[], clock: Clock): FaultPlan {
  const calls: string[] = []
  const counts = faults.map(() => 0)
  let minute = { sinceMs: clock.now(), calls: 0 }
  return {
    calls,
    next(name) {
      calls.push(name)
      if (clock.now() - minute.sinceMs > minuteMs) minute = { sinceMs: clock.now(), calls: 0 }
      if (++minute.calls > callsMax) throw new Error(`${callsMax} calls a minute: it turns round and round, at ${name}`)
      let strikes: Fault | undefined
      for (const [index, fault] of faults.entries()) {
        if (!matches(fault.on, name)) continue
        const count = (counts[index] ?? 0) + 1
        counts[index] = count
        const nth = fault.nth ?? 1
        if (count >= nth && count < nth + (fault.times ?? 1)) strikes ??= fault
      }
      return strikes
    }
  }
}

function matches(pattern: string, name: string): boolean {
  return pattern === '*' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1)))
}

/** Synchronous members, which neither fail nor count. */
const plain = new Set(['settleMs', 'close'])

/** The ports to the world, all that can fail. */
export type World = Pick<Ports, 'clock' | 'cloud' | 'alarms' | 'fencing' | 'probe' | 'store'>

/** The ports as one life of the service sees them. */
export function withFaults(ports: World, plan: FaultPlan, life: Life): World {
  const wrap = <T extends object>(port: string, target: T): T => intercept(port, target, ports.clock, plan, life)
  return {
    clock: mortalClock(ports.clock, life),
    cloud: wrap('cloud', ports.cloud),
    alarms: wrap('alarms', ports.alarms),
    fencing: wrap('fencing', ports.fencing),
    probe: wrap('probe', ports.probe),
    store: wrap('store', ports.store)
  }
}

function intercept<T extends object>(port: string, target: T, clock: Clock, plan: FaultPlan, life: Life): T {
  return new Proxy(target, {
    get(of, key) {
      const member: unknown = Reflect.get(of, key)
      if (typeof member !== 'function' || typeof key !== 'string') return member
      if (plain.has(key)) return member.bind(of)
      return (...args: unknown[]) => {
        if (!life.alive()) return never()
        return strike(plan.next(`${port}.${key}`), port, () => member.apply(of, args), clock, life)
      }
    }
  })
}

async function strike(
  fault: Fault | undefined,
  port: string,
  invoke: () => unknown,
  clock: Clock,
  life: Life
): Promise<unknown> {
  if (fault?.do === 'crashBefore') return die(life)
  if (fault?.do === 'errorBefore') return failed(port, fault.code ?? 'unreachable')
  if (fault?.do === 'hang') await clock.sleep(fault.ms ?? 60_000)
  if (!life.alive()) return never()
  let result: unknown
  try {
    result = await invoke()
  } catch (error) {
    if (!life.alive()) return never()
    throw error
  }
  if (fault?.do === 'crashAfter') return die(life)
  if (!life.alive()) return never()
  if (fault?.do === 'errorAfter') return failed(port, fault.code ?? 'unknown')
  return result
}

function die(life: Life): Promise<never> {
  life.die()
  return never()
}

function never(): Promise<never> {
  return new Promise(() => {})
}

/** A probe never throws: what it could not ask it does not know. */
function failed(port: string, code: string): unknown {
  if (port === 'probe') return { says: 'unknown', detail: 'it could not be asked' }
  if (port === 'store') throw new StoreUnavailable('the disk is full')
  if (port === 'fencing') throw new FencingError(code as FencingErrorCode, 'the BMC failed')
  throw new CloudError(code as CloudErrorCode, 'the service failed')
}

function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: clock.now,
    sleep: (ms, signal) =>
      new Promise(resolve => {
        void clock.sleep(ms, signal).then(() => {
          if (life.alive()) resolve()
        })
      })
  }
}
