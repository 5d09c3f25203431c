import type { Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
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
export function* rowsOfDeed(deed: Deed, recoveries: Iterable<Recovery>): Generator<[row: string, recovery: Recovery]> {
  for (const recovery of recoveries) {
    if (hasEnded(recovery)) continue
    const row = rowFor(deed, recovery)
    if (row !== undefined) yield [row, recovery]
  }
}

function rowFor(deed: Deed, recovery: Recovery): string | undefined {
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
      return isOf(recovery, deed.server) ? `a user does ${deed.do}` : undefined
    default:
      return 'host' in deed ? hostRow(deed, recovery) : undefined
  }
}

function isOf({ servers, plan }: Recovery, server: string): boolean {
  const planned = [...(plan?.moves ?? []), ...(plan?.staying ?? [])].some(one => one.server === server)
  return planned || servers.some(one => one.id === server)
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
