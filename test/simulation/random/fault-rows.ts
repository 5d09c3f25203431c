import type { Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import type { Fault, FaultKind } from '../faults.ts'
import type { Deed } from '../scenario.ts'

const commands = ['isolate', 'enable', 'disable', 'addToAggregate', 'evacuate', 'resetToError', 'stop']

const words: Readonly<Record<FaultKind, string>> = {
  errorBefore: 'fails',
  errorAfter: 'fails, though it took effect',
  hang: 'comes late',
  late: 'comes late',
  slow: 'is answered late',
  partial: 'is answered in part',
  crashBefore: 'crashes before a call',
  crashAfter: 'crashes after a call',
  pauseBefore: 'stands still before a call',
  pauseAfter: 'stands still after a call'
}

const read = ['errorBefore', 'hang', 'slow'] as const
const command = ['errorBefore', 'errorAfter', 'hang', 'slow'] as const

/** Every row that a full table has. */
export const expectedRows: readonly string[] = [
  ...['a read of Nova', 'a read of Placement'].flatMap(subject => [...read, 'partial' as const].map(on(subject))),
  ...['a power reading', 'a call of Aodh', 'a sign of life'].flatMap(subject => read.map(on(subject))),
  ...['a command to Nova', 'a power-off', 'a call of the store'].flatMap(subject => command.map(on(subject))),
  ...(['crashBefore', 'crashAfter', 'pauseBefore', 'pauseAfter'] as const).map(on('the process')),
  ...['arms', 'disarms', 'vouches', 'says approve', 'says retry', 'says cancel'].map(word => `an operator ${word}`),
  ...['alarm', 'ok', 'insufficient data', 'trigger'].map(word => `another signal: ${word}`),
  ...['deleteServer', 'stopServer', 'startServer', 'resizeServer'].map(word => `a user does ${word}`),
  ...['the failed host', 'a target'].flatMap(who =>
    [' dies', ' returns', ': its BMC changes', ': its cell goes away', ': others change its force-down'].map(
      what => `${who}${what}`
    )
  )
]

function on(subject: string): (kind: FaultKind) => string {
  return kind => `${subject} ${words[kind]}`
}

/** The row of the table that a fault at a call belongs to. */
export function rowOfFault(fault: Fault, name: string): string {
  if (fault.do.startsWith('crash') || fault.do.startsWith('pause')) return `the process ${words[fault.do]}`
  const isCommand = name === 'fencing.powerOff' || commands.includes(name.replace('cloud.', ''))
  // That a read had taken effect makes no difference to anybody.
  const word =
    fault.do === 'errorAfter' && !isCommand && !name.startsWith('store.') ? words.errorBefore : words[fault.do]
  return `${subjectOf(name)} ${word}`
}

function subjectOf(name: string): string {
  const [port = '', method = ''] = name.split('.')
  switch (port) {
    case 'cloud':
      if (commands.includes(method)) return 'a command to Nova'
      return method === 'rooms' || method === 'needs' ? 'a read of Placement' : 'a read of Nova'
    case 'fencing':
      return method === 'powerOff' ? 'a power-off' : 'a power reading'
    case 'alarms':
      return 'a call of Aodh'
    case 'probe':
      return 'a sign of life'
    default:
      return 'a call of the store'
  }
}

/** The rows that a happening belongs to, one for each open recovery that it concerns. */
export function* rowsOfDeed(
  deed: Deed,
  recoveries: Iterable<Recovery>,
  world: World
): Generator<[row: string, recovery: Recovery]> {
  for (const recovery of recoveries) {
    if (hasEnded(recovery)) continue
    const row = rowFor(deed, recovery, world)
    if (row !== undefined) yield [row, recovery]
  }
}

function rowFor(deed: Deed, recovery: Recovery, world: World): string | undefined {
  switch (deed.do) {
    case 'arm':
    case 'disarm':
      return `an operator ${deed.do}s`
    case 'vouch':
      return deed.of === recovery.host ? 'an operator vouches' : undefined
    case 'approve':
    case 'retry':
    case 'cancel':
      return deed.host === recovery.host ? `an operator says ${deed.do}` : undefined
    case 'alarm':
    case 'trigger':
    case 'ok':
    case 'insufficient data':
      return deed.host === recovery.host ? `another signal: ${deed.do}` : undefined
    case 'deleteServer':
    case 'stopServer':
    case 'startServer':
    case 'resizeServer':
      return isOf(recovery, deed.server, world) ? `a user does ${deed.do}` : undefined
    default:
      return 'host' in deed ? hostRow(deed, recovery) : undefined
  }
}

function isOf({ host, servers }: Recovery, server: string, world: World): boolean {
  return world.servers.get(server)?.host === host || servers.some(one => one.id === server)
}

function hostRow(deed: Deed & { readonly host: string }, recovery: Recovery): string | undefined {
  const who =
    deed.host === recovery.host ? 'the failed host' : recovery.targets[deed.host] === undefined ? undefined : 'a target'
  if (who === undefined) return undefined
  switch (deed.do) {
    case 'panic':
    case 'powerOff':
    case 'cutOff':
    case 'killCompute':
    case 'hangCompute':
      return `${who} dies`
    case 'boot':
    case 'reconnect':
    case 'startCompute':
      return `${who} returns`
    case 'bmc':
      return `${who}: its BMC changes`
    case 'cellDown':
      return `${who}: its cell goes away`
    case 'forceDown':
    case 'liftForceDown':
      return `${who}: others change its force-down`
    case 'enable':
    case 'adoptSpare':
      return `${who}: others enable or adopt it`
    case 'addServer':
      return `${who}: a server appears`
    default:
      return undefined
  }
}
