import type { Host, HostsReading } from './inventory.ts'
import { isComplete, isUp } from './inventory.ts'
import { isIsolatedByUs, isOurs } from './marks.ts'
import type { Hold, HoldCode } from './recovery.ts'

export type GuardName =
  | 'armed'
  | 'approval'
  | 'recoveries-per-hour'
  | 'hosts-down'
  | 'own-isolation'
  | 'maintenance'
  | 'other-tool'
  | 'chain'

/** A guard's answer: it always says why, with the figures it looked at. */
export interface GuardReport {
  readonly guard: GuardName
  readonly holds: boolean
  readonly reason: string
  readonly releasedBy: 'person' | 'world'
}

const clear = (guard: GuardName, reason: string): GuardReport => ({ guard, holds: false, reason, releasedBy: 'world' })
const closed = (guard: GuardName, reason: string, releasedBy: 'person' | 'world'): GuardReport => ({
  guard,
  holds: true,
  reason,
  releasedBy
})

/** Is acting switched on for the segment? Rule 20. */
export function armedGuard(armed: boolean, segment: string): GuardReport {
  return armed
    ? clear('armed', `segment ${segment} is armed`)
    : closed('armed', `segment ${segment} only observes: nothing is touched until it is armed`, 'person')
}

/** A person's word for exactly this plan, while it is fresh. */
export function approvalGuard(
  required: boolean,
  planHash: string,
  approval: { readonly planHash: string; readonly by: string; readonly untilMs: number } | undefined,
  nowMs: number
): GuardReport {
  if (!required) return clear('approval', 'no approval is asked for')
  if (approval === undefined) return closed('approval', 'the plan waits for the approval of an operator', 'person')
  if (approval.planHash !== planHash)
    return closed('approval', `the plan has changed since ${approval.by} approved it`, 'person')
  if (approval.untilMs <= nowMs) return closed('approval', `the approval of ${approval.by} has expired`, 'person')
  return clear('approval', `approved by ${approval.by}`)
}

/** The storm brake: none while more of the segment than allowed looks down. A single host always may. Hosts that we isolated and recovered before don't count. */
export function hostsDownGuard(
  reading: HostsReading,
  segment: { readonly name: string; readonly members: readonly string[]; readonly percentMax: number }
): GuardReport {
  const members = reading.hosts.filter(host => segment.members.includes(host.name))
  const down = members.filter(host => !isUp(host) && !isIsolatedByUs(host.disabledReason))
  const percent = members.length === 0 ? 0 : (100 * down.length) / members.length
  const figures = `${down.length} of ${members.length} hosts of ${segment.name} look down (${Math.round(percent)} %, at most ${segment.percentMax} %)`
  return down.length > 1 && percent > segment.percentMax
    ? closed('hosts-down', figures, 'world')
    : clear('hosts-down', figures)
}

/** Is it us? Unreadable cells, or no host at all that Nova sees up, speak for our own or Nova's trouble. Closed when its input is missing. */
export function ownIsolationGuard(reading: HostsReading | undefined, error?: string): GuardReport {
  if (reading === undefined) return closed('own-isolation', `Nova can't be read: ${error ?? 'no answer'}`, 'world')
  if (!isComplete(reading))
    return closed('own-isolation', "a cell of Nova can't be read, so lists of servers are not complete", 'world')
  const up = reading.hosts.filter(isUp).length
  return up === 0
    ? closed('own-isolation', 'Nova sees no host up: more likely its or our own trouble', 'world')
    : clear('own-isolation', `Nova sees ${up} of ${reading.hosts.length} hosts up`)
}

/** A host that others disabled or forced down is theirs; we don't fence it. */
export function maintenanceGuard(host: Host): GuardReport {
  const ours = isIsolatedByUs(host.disabledReason)
  if (host.status === 'disabled' && !isOurs(host.disabledReason)) {
    return closed(
      'maintenance',
      `${host.name} was disabled by others${host.disabledReason === undefined ? '' : ` ("${host.disabledReason}")`}`,
      'person'
    )
  }
  if (host.forcedDown && !ours) return closed('maintenance', `${host.name} was forced down by others`, 'person')
  return clear('maintenance', `${host.name} is not under maintenance`)
}

/** Running evacuations off the host that are not ours: a few are followed, more mean that another tool is at work. */
export function otherToolGuard(foreign: number): GuardReport {
  return foreign > foreignEvacuationsMax
    ? closed('other-tool', `${foreign} evacuations that are not ours are running: another tool is at work`, 'world')
    : clear('other-tool', `${foreign} evacuations that are not ours`)
}

export const foreignEvacuationsMax = 3

/** A load that kills its hosts must not walk through all of them: the third target lost in a chain holds. */
export function chainGuard(chain: number): GuardReport {
  return chain >= 3
    ? closed('chain', `${chain} targets in a chain were lost: the load itself may kill its hosts`, 'person')
    : clear('chain', `${chain} targets lost before`)
}

/** The hold's code for a guard that holds. */
export function holdCodeOf(guard: GuardName): HoldCode {
  switch (guard) {
    case 'armed':
      return 'observing'
    case 'approval':
      return 'approval'
    case 'maintenance':
      return 'maintenance'
    case 'own-isolation':
      return 'cloud'
    case 'other-tool':
      return 'other-tool'
    default:
      return 'guard'
  }
}

/** The hold that the first closed guard asks for. */
export function holdOf(guards: readonly GuardReport[]): Hold | undefined {
  const first = guards.find(guard => guard.holds)
  return first === undefined
    ? undefined
    : { code: holdCodeOf(first.guard), reason: first.reason, releasedBy: first.releasedBy }
}
