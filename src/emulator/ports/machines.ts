import type { Alarms, Fencing } from '../../controller/ports.ts'
import { FencingError } from '../../errors.ts'
import { hostOfAlarm, lastFiringMs, setAlarmState } from '../model/alarms.ts'
import { powerStateOf, resetPower } from '../model/bmc.ts'
import { noteDeed } from '../model/oracle.ts'
import type { ModelHost, World } from '../model/world.ts'
import { hostOf } from '../model/world.ts'
import { answer } from './cloud.ts'

/** How long a power-off that was sent may still take to arrive, ms. */
const settleMs = 10_000

/** BMCs with their habits (`HostSpec.bmc`). */
export function createModelFencing(world: World): Fencing {
  return {
    async read(agent, name, signal) {
      const atMs = world.clock.now()
      await late(world, name, signal)
      const seen = await answer(world, signal, () => {
        const host = reach(world, name)
        if (host.bmc.mode === 'swaps' && world.clock.seconds() % 4 < 2)
          return { power: 'off' as const, identity: 'serial-of-another' }
        const state = powerStateOf(host)
        const power = state === 'Off' ? ('off' as const) : state === 'On' ? ('on' as const) : ('changing' as const)
        return { power, identity: `serial-${name}` }
      }).catch(translate)
      return { agent, ...seen, atMs }
    },
    async powerOff(_agent, name, signal) {
      await late(world, name, signal)
      await answer(world, signal, () => {
        const host = reach(world, name)
        noteDeed(world, { kind: 'powerOff', on: name })
        if (host.bmc.failFirst > 0) {
          host.bmc.failFirst--
          throw new FencingError('unreachable', 'the BMC answered 503')
        }
        resetPower(world, host, 'ForceOff')
      }).catch(translate)
    },
    settleMs: () => settleMs
  }
}

function reach(world: World, name: string): ModelHost {
  const host = hostOf(world, name)
  if (host.bmc.mode === 'unreachable') throw new FencingError('unreachable', `the BMC of ${name} does not answer`)
  if (host.bmc.wrongPassword) throw new FencingError('refused', `the BMC of ${name} refuses the password`)
  if (host.bmc.mode === 'otherMachine' || host.bmc.identity !== undefined)
    throw new FencingError('identity', `the BMC of ${name} is another machine's`)
  if (isInError(host)) throw new FencingError('unreachable', `the BMC of ${name} answered 503`)
  return host
}

async function late(world: World, name: string, signal: AbortSignal | undefined): Promise<void> {
  const { slowMs } = hostOf(world, name).bmc
  if (slowMs > 0) await world.clock.sleep(slowMs, signal)
}

/** As if by chance, and yet the same run is always the same run. */
function isInError(host: ModelHost): boolean {
  host.bmcRequests += 1
  const mixed = Math.imul(host.bmcRequests ^ (host.bmcRequests >>> 3), 0x9e3779b1) >>> 0
  return mixed / 2 ** 32 < host.bmc.errorRate
}

/** A cut connection is the BMC's silence, not the cloud's. */
function translate(thrown: unknown): never {
  if (thrown instanceof FencingError) throw thrown
  throw new FencingError('unknown', 'aborted', { cause: thrown })
}

/** Aodh: one event alarm a host, named `alarm-of-HOST`. */
export function createModelAlarms(world: World): Alarms {
  return {
    definition: (id, signal) =>
      answer(world, signal, () => {
        const alarm = world.alarms.get(id)
        if (alarm === undefined) return undefined
        const host = hostOfAlarm(alarm)
        return {
          id,
          name: alarm.name,
          type: 'event',
          enabled: alarm.enabled,
          state: alarm.state,
          stateTimestampMs: alarm.stateTimestampMs,
          projectId: alarm.projectId,
          repeatActions: alarm.repeat,
          ...(host === undefined ? {} : { host })
        }
      }),
    firing: signal =>
      answer(world, signal, () =>
        [...world.alarms.values()]
          .filter(alarm => alarm.enabled && alarm.state === 'alarm')
          .map(alarm => ({
            id: alarm.id,
            name: alarm.name,
            type: 'event',
            severity: alarm.severity,
            reason: alarm.stateReason,
            eventType: alarm.rule.eventType,
            repeatActions: alarm.repeat,
            setAtMs: alarm.stateTimestampMs,
            setAgeMs: world.clock.now() - alarm.stateTimestampMs,
            actions: alarm.alarmActions
          }))
      ),
    all: signal =>
      answer(world, signal, () =>
        [...world.alarms.values()].map(alarm => {
          const host = hostOfAlarm(alarm)
          return {
            id: alarm.id,
            actions: alarm.enabled ? alarm.alarmActions : [],
            ...(host === undefined ? {} : { host })
          }
        })
      ),
    lastFiring: (id, signal) =>
      answer(world, signal, () => {
        const alarm = world.alarms.get(id)
        const atMs = alarm === undefined ? undefined : lastFiringMs(alarm)
        return atMs === undefined ? undefined : { atMs, ageMs: world.clock.now() - atMs }
      }),
    rearm: (id, signal) =>
      answer(world, signal, () => {
        const alarm = world.alarms.get(id)
        if (alarm !== undefined) setAlarmState(world, alarm, 'ok')
        noteDeed(world, { kind: 'rearm', on: id })
        return {}
      })
  }
}
