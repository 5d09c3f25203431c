import type { Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import type { Fault, FaultKind } from '../faults.ts'
import type { Deed } from '../scenario.ts'

const uses = ['deleteServer', 'stopServer', 'startServer', 'resizeServer'] as const
const commands = ['isolate', 'enable', 'disable', 'addToAggregate', 'evacuate', 'resetToError', 'stop']

const harms: Readonly<Record<FaultKind, string>> = {
  errorBefore: 'fails',
  errorAfter: 'fails, though it took effect',
  hang: 'comes late',
  late: 'comes late',
  slow: 'is answered late',
  partial: 'is answered in part',
  crashBefore: 'crashes before a call',
  crashAfter: 'crashes after a call',
  crashLate: 'crashes before a call',
  pauseBefore: 'stands still before a call',
  pauseAfter: 'stands still after a call'
}

const read = ['errorBefore', 'hang', 'slow'] as const
const command = ['errorBefore', 'errorAfter', 'hang', 'slow'] as const

const failedHost = 'the failed host'
type Whose = typeof failedHost | 'a target'

/** What is said or done about a recovery. */
const words: Partial<Record<Deed['do'], string>> = {
  ...Object.fromEntries(['arm', 'disarm'].map(word => [word, `an operator ${word}s`])),
  vouch: 'an operator vouches',
  ...Object.fromEntries(['approve', 'retry', 'cancel'].map(word => [word, `an operator says ${word}`])),
  ...Object.fromEntries(['alarm', 'ok', 'insufficient data', 'trigger'].map(word => [word, `another signal: ${word}`])),
  ...Object.fromEntries(uses.map(use => [use, `a user does ${use}`]))
}

/** What becomes of a host. */
const fates: Partial<Record<Deed['do'], string>> = {
  ...Object.fromEntries(['panic', 'powerOff', 'cutOff', 'killCompute', 'hangCompute'].map(deed => [deed, ' dies'])),
  ...Object.fromEntries(['boot', 'reconnect', 'startCompute'].map(deed => [deed, ' returns'])),
  ...Object.fromEntries(['forceDown', 'liftForceDown'].map(deed => [deed, ': others change its force-down'])),
  ...Object.fromEntries(['enable', 'adoptSpare'].map(deed => [deed, ': others enable or adopt it'])),
  bmc: ': its BMC changes',
  cellDown: ': its cell goes away',
  addServer: ': a server appears'
}

/** Every row that a full table has. */
export const expectedRows: readonly string[] = [
  ...['a read of Nova', 'a read of Placement'].flatMap(subject => [...read, 'partial' as const].map(on(subject))),
  ...['a power reading', 'a call of Aodh', 'a sign of life'].flatMap(subject => read.map(on(subject))),
  ...['a command to Nova', 'a power-off', 'a call of the store'].flatMap(subject => command.map(on(subject))),
  ...(['crashBefore', 'crashAfter', 'pauseBefore', 'pauseAfter'] as const).map(on('the process')),
  ...Object.values(words),
  ...Object.values(fates).flatMap(fate => [`${failedHost}${fate}`, `a target${fate}`])
]

function on(subject: string): (kind: FaultKind) => string {
  return kind => `${subject} ${harms[kind]}`
}

/** The row of the table that a fault at a call belongs to. */
export function rowOfFault(fault: Pick<Fault, 'do'>, name: string): string {
  if (fault.do.startsWith('crash') || fault.do.startsWith('pause')) return `the process ${harms[fault.do]}`
  const isCommand = name === 'fencing.powerOff' || commands.includes(name.replace('cloud.', ''))
  // That a read had taken effect makes no difference to anybody.
  const harm =
    fault.do === 'errorAfter' && !isCommand && !name.startsWith('store.') ? harms.errorBefore : harms[fault.do]
  return `${subjectOf(name)} ${harm}`
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

/** The row of a deed; undefined when it has none. */
export function rowOfDeed(deed: Deed['do'], whose: Whose): string | undefined {
  const fate = fates[deed]
  return words[deed] ?? (fate === undefined ? undefined : `${whose}${fate}`)
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
  if ('server' in deed && typeof deed.server === 'string' && !('of' in deed))
    return isOf(recovery, deed.server, world) ? rowOfDeed(deed.do, failedHost) : undefined
  const host = 'of' in deed ? deed.of : 'host' in deed ? deed.host : recovery.host
  if (host === recovery.host) return rowOfDeed(deed.do, failedHost)
  return recovery.targets[host] === undefined || deed.do in words ? undefined : rowOfDeed(deed.do, 'a target')
}

function isOf({ host, servers }: Recovery, server: string, world: World): boolean {
  return world.servers.get(server)?.host === host || servers.some(one => one.id === server)
}
