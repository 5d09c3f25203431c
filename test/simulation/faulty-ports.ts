import type { Clock } from '../../src/clock.ts'
import type { Ports } from '../../src/controller/ports/ports.ts'
import type { State } from '../../src/core/recovery.ts'
import type { CloudErrorCode, FencingErrorCode } from '../../src/errors.ts'
import { CloudError, FencingError, StoreUnavailable } from '../../src/errors.ts'
import { caller } from './caller.ts'
import type { Fault, FaultPlan } from './faults.ts'
import type { Life } from './life.ts'
import { clockOf, never } from './life.ts'
import { partOf } from './partial-answers.ts'

/** The ports to the world, all that can fail. */
export type World = Pick<Ports, 'clock' | 'cloud' | 'alarms' | 'fencing' | 'probe' | 'store'>

/** What strikes the calls of one process. */
export interface Trouble {
  readonly plan: FaultPlan
  readonly life: Life
  /** The state of the recovery that makes a call. */
  readonly stateOf: (recovery: string) => State | undefined
  /** A command left a process that had stood still between its last check and this moment. */
  readonly late: (name: string, args: readonly unknown[]) => void
}

/** Synchronous members, which neither fail nor count. */
const plain = new Set(['settleMs', 'wayOf', 'close'])

/** The ports as one life of the service sees them. */
export function withFaults(ports: World, trouble: Trouble): World {
  const wrap = <T extends object>(port: string, target: T): T => intercept(port, target, ports.clock, trouble)
  return {
    clock: clockOf(ports.clock, trouble.life),
    cloud: wrap('cloud', ports.cloud),
    alarms: wrap('alarms', ports.alarms),
    fencing: wrap('fencing', ports.fencing),
    probe: wrap('probe', ports.probe),
    store: wrap('store', ports.store)
  }
}

interface Call {
  readonly port: string
  readonly method: string
  readonly args: readonly unknown[]
  invoke(): unknown
}

function intercept<T extends object>(port: string, target: T, clock: Clock, trouble: Trouble): T {
  return new Proxy(target, {
    get(of, key) {
      const member: unknown = Reflect.get(of, key)
      if (typeof member !== 'function' || typeof key !== 'string') return member
      if (plain.has(key)) return member.bind(of)
      return (...args: unknown[]) => {
        if (!trouble.life.alive()) return never()
        const name = `${port}.${key}`
        caller.see(name, args)
        const recovery = caller.recovery()
        const fault = trouble.plan.next(name, recovery === undefined ? undefined : trouble.stateOf(recovery))
        return strike(fault, { port, method: key, args, invoke: () => member.apply(of, args) }, clock, trouble)
      }
    }
  })
}

async function strike(fault: Fault | undefined, call: Call, clock: Clock, trouble: Trouble): Promise<unknown> {
  const { life } = trouble
  if (fault?.do === 'crashBefore') return die(life)
  if (fault?.do === 'errorBefore') return failed(call.port, fault.code ?? 'unreachable')
  if (fault?.do === 'late' || fault?.do === 'crashLate') {
    // It is on its way: not even the death of the process holds it up.
    void clock
      .sleep(fault.ms ?? 10_000)
      .then(() => call.invoke())
      .catch(() => undefined)
    if (fault.do === 'crashLate') return die(life)
    return failed(call.port, fault.code ?? 'unknown')
  }
  if (fault?.do === 'pauseBefore') {
    life.pause(fault.ms ?? 60_000)
    await life.goesOn()
    trouble.late(`${call.port}.${call.method}`, call.args)
  }
  if (fault?.do === 'hang') await clock.sleep(fault.ms ?? 60_000)
  if (!life.alive()) return never()
  const result = await heard(call, life)
  if (fault?.do === 'slow') await clock.sleep(fault.ms ?? 60_000)
  if (fault?.do === 'pauseAfter') life.pause(fault.ms ?? 60_000)
  if (fault?.do === 'crashAfter') return die(life)
  await reach(life)
  if (fault?.do === 'errorAfter') return failed(call.port, fault.code ?? 'unknown')
  return fault?.do === 'partial' ? partOf(`${call.port}.${call.method}`, result) : result
}

/** Its failure, too, reaches only who lives and goes on. */
async function heard(call: Call, life: Life): Promise<unknown> {
  try {
    return await call.invoke()
  } catch (error) {
    await reach(life)
    throw error
  }
}

async function reach(life: Life): Promise<void> {
  if (life.isPaused()) await life.goesOn()
  if (!life.alive()) await never()
}

function die(life: Life): Promise<never> {
  life.die()
  return never()
}

/** A probe never throws: what it could not ask it does not know. */
function failed(port: string, code: string): unknown {
  if (port === 'probe') return { says: 'unknown', detail: 'it could not be asked' }
  if (port === 'store') throw new StoreUnavailable('the disk is full')
  if (port === 'fencing') throw new FencingError(code as FencingErrorCode, 'the BMC failed')
  throw new CloudError(code as CloudErrorCode, 'the service failed')
}
