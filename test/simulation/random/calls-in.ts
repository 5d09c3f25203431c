import type { State } from '../../../src/core/recovery.ts'

function cloud(...methods: string[]): string[] {
  return methods.map(method => `cloud.${method}`)
}

export const commands = cloud('isolate', 'enable', 'disable', 'addToAggregate', 'evacuate', 'resetToError', 'stop')
/** Reads that may be answered in part. */
export const partable = cloud('hosts', 'addresses', 'portsOf', 'attachmentsOf', 'rooms', 'needs')

const planReads = cloud('hosts', 'serversOn', 'migrationsFrom', 'groups', 'aggregates')
const placement = cloud('needs', 'rooms')
const alive = ['cloud.addresses', 'probe.ask']
const stored = ['store.write', 'store.commands', 'store.*']
const aodh = ['alarms.definition', 'alarms.rearm']

/** What the driver of a recovery calls in each state. */
export const callsIn = {
  confirming: ['cloud.hosts', ...alive, 'fencing.read', 'store.signalCounts', ...stored, ...aodh],
  planning: [...planReads, ...placement, 'cloud.isolate', 'store.reserveTarget', 'store.admit', ...stored, ...aodh],
  fencing: [
    ...['fencing.read', 'fencing.powerOff', 'store.arming'],
    ...[...alive, ...planReads, ...placement, ...cloud('disable'), ...stored, ...aodh]
  ],
  isolating: [...cloud('isolate'), ...planReads, ...placement, 'store.arming', ...stored],
  preparing: [...cloud('hosts', 'aggregates', 'rooms', 'enable', 'addToAggregate'), ...['store.arming', ...stored]],
  moving: [
    ...cloud('hosts', 'migrationsFrom', 'server', 'rooms', 'evacuate', 'resetToError', 'stop'),
    ...['fencing.read', ...alive, 'store.takeSlot', 'store.keepSlots', 'store.arming', ...stored, ...aodh]
  ],
  verifying: [...cloud('hosts', 'serversOn', 'server', 'portsOf', 'attachmentsOf', 'disable'), ...[...stored, ...aodh]],
  held: [...planReads, ...placement, ...alive, 'fencing.read', ...stored, ...cloud('disable'), ...aodh]
} as const satisfies Partial<Record<State, readonly string[]>>

export type Place = keyof typeof callsIn
export const places = Object.keys(callsIn) as Place[]
