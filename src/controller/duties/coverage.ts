import { testsOf } from '../../core/signal.ts'
import type { KnownAlarm, Ports } from '../ports/ports.ts'
import type { ReadAction } from './poll-alarms.ts'

/** Which hosts have an alarm that tells us, and when it was last heard. */
export interface Coverage {
  /** Reads the alarms, unless it did so lately. */
  refresh(signal?: AbortSignal): Promise<void>
  /** By host; undefined while the alarms have not been read. */
  of(hosts: readonly string[]): Promise<ReadonlyMap<string, HostCoverage> | undefined>
}

export interface HostCoverage {
  /** How many enabled alarms there are for it. */
  readonly alarms: number
  /** The last delivery of one of them, or of a test, by the store's clock. */
  readonly heardAtMs?: number
}

/** A list of all the cloud's alarms is long, and changes seldom. */
const keptMs = 120_000

/** The enabled alarms that tell us of each host; a test's is none. */
export function alarmsByHost(known: readonly KnownAlarm[], readAction: ReadAction): Map<string, readonly string[]> {
  const ids = new Map<string, readonly string[]>()
  for (const alarm of known) {
    const action = alarm.actions.map(readAction).find(each => each !== undefined && !each.isTest)
    const host = action?.host ?? alarm.host
    if (action !== undefined && host !== undefined) ids.set(host, [...(ids.get(host) ?? []), alarm.id])
  }
  return ids
}

export function createCoverage(
  { alarms, store, clock }: Pick<Ports, 'alarms' | 'store' | 'clock'>,
  readAction: ReadAction
): Coverage {
  let read: { readonly atMs: number; readonly ids: ReadonlyMap<string, readonly string[]> } | undefined

  return {
    async refresh(signal) {
      if (read !== undefined && clock.now() - read.atMs < keptMs) return
      read = { ids: alarmsByHost(await alarms.all(signal), readAction), atMs: clock.now() }
    },

    async of(hosts) {
      if (read === undefined) return undefined
      const { ids } = read
      const idsOf = (host: string) => ids.get(host) ?? []
      const heard = await store.lastHeard(hosts.flatMap(host => [...idsOf(host), testsOf(host)]))
      return new Map(
        hosts.map(host => {
          const times = [...idsOf(host), testsOf(host)].flatMap(id => heard[id] ?? [])
          const alarms = idsOf(host).length
          return [host, times.length === 0 ? { alarms } : { alarms, heardAtMs: Math.max(...times) }]
        })
      )
    }
  }
}
