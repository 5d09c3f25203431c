import type { Alarms, Fencing } from '../../controller/ports/ports.ts'
import type { FenceMethod } from '../../core/recovery.ts'
import { FencingError } from '../../errors.ts'
import { hostOfAlarm, lastFiringMs, setAlarmState } from '../model/alarms.ts'
import { noteDeed } from '../model/oracle.ts'
import type { PowerWay } from '../model/power-ways.ts'
import { cutWay, hasLooked, wayOf, wayState } from '../model/power-ways.ts'
import type { ModelHost, World } from '../model/world.ts'
import { hostOf } from '../model/world.ts'
import { answer } from './cloud.ts'

/** How long a power-off that was sent may still take to arrive, ms. */
const settleMs = 10_000

/** BMCs, other controllers and feeds with their habits (`HostSpec.bmc`, `bmcs`). */
export function createModelFencing(world: World): Fencing {
  return {
    async read(agent, name, signal) {
      const atMs = world.clock.now()
      await late(world, agent, name, signal)
      const seen = await answer(world, signal, () => {
        const host = hostOf(world, name)
        const way = reach(host, agent)
        if (way.habits.mode === 'swaps' && world.clock.seconds() % 4 < 2)
          return { power: 'off' as const, identity: 'serial-of-another' }
        const state = wayState(host, way)
        const power = state === 'Off' ? ('off' as const) : state === 'On' ? ('on' as const) : ('changing' as const)
        const hearsay = power === 'changing' || hasLooked(way) ? {} : { isHearsay: true as const }
        return { power, identity: `serial-${name}`, ...hearsay }
      }).catch(translate)
      return { agent, method: methodOf(agent), ...seen, atMs }
    },
    async powerOff(agent, name, signal) {
      await late(world, agent, name, signal)
      await answer(world, signal, () => {
        const host = hostOf(world, name)
        const way = reach(host, agent)
        noteDeed(world, { kind: 'powerOff', on: name })
        if (way.habits.failFirst > 0) {
          way.habits.failFirst--
          throw new FencingError('unreachable', 'the BMC answered 503')
        }
        cutWay(world, host, way)
      }).catch(translate)
    },
    settleMs: () => settleMs,
    wayOf: agent => agent
  }
}

function methodOf(agent: string): FenceMethod {
  if (agent.startsWith('feed-')) return 'exec'
  return agent === 'ipmi' || agent === 'ironic' ? agent : 'redfish'
}

function reach(host: ModelHost, agent: string): PowerWay {
  const { name } = host
  const way = wayOf(host, agent)
  const { habits } = way
  if (habits.mode === 'unreachable') throw new FencingError('unreachable', `the BMC of ${name} does not answer`)
  if (habits.wrongPassword) throw new FencingError('refused', `the BMC of ${name} refuses the password`)
  if (habits.mode === 'otherMachine' || habits.identity !== undefined)
    throw new FencingError('identity', `the BMC of ${name} is another machine's`)
  if (isInError(way)) throw new FencingError('unreachable', `the BMC of ${name} answered 503`)
  return way
}

async function late(world: World, agent: string, name: string, signal: AbortSignal | undefined): Promise<void> {
  const { slowMs } = wayOf(hostOf(world, name), agent).habits
  if (slowMs > 0) await world.clock.sleep(slowMs, signal)
}

/** As if by chance, and yet the same run is always the same run. */
function isInError(way: PowerWay): boolean {
  way.requests += 1
  const mixed = Math.imul(way.requests ^ (way.requests >>> 3), 0x9e3779b1) >>> 0
  return mixed / 2 ** 32 < way.habits.errorRate
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
