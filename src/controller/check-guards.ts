import type { GuardReport } from '../core/guards.ts'
import {
  approvalGuard,
  armedGuard,
  chainGuard,
  hostsDownGuard,
  maintenanceGuard,
  otherToolGuard,
  ownIsolationGuard
} from '../core/guards.ts'
import type { HostsReading } from '../core/inventory.ts'
import { findHost } from '../core/inventory.ts'
import type { Recovery } from '../core/recovery.ts'
import type { Segment } from '../core/segment.ts'
import type { Arming, Policy } from './ports.ts'

/** What the guards look at. */
export interface GuardInput {
  readonly recovery: Recovery
  readonly segment: Segment
  readonly reading: HostsReading
  readonly foreign: number
  readonly planHash: string
  readonly nowMs: number
}

/** The API's switch for the segment, else the API's for all, else the configuration. */
export function isArmed(segment: string, arming: Arming, policy: Policy): boolean {
  return arming.segments[segment] ?? arming.armed ?? policy.armed(segment)
}

/** Every guard's answer; the ones that a person or the world must clear first come first. */
export function checkGuards(input: GuardInput, arming: Arming, policy: Policy): GuardReport[] {
  const { recovery, segment, reading } = input
  const host = findHost(reading, recovery.host)
  const forTarget = recovery.origin === 'target'
  return [
    ownIsolationGuard(reading),
    ...(host === undefined ? [] : [maintenanceGuard(host)]),
    otherToolGuard(input.foreign),
    chainGuard(recovery.retriedAtMs === undefined ? recovery.chain : 0),
    // The recovery of a lost target belongs to the one that waits for it (rule 21).
    ...(forTarget
      ? []
      : [
          hostsDownGuard(reading, {
            name: segment.name,
            members: [...segment.hosts, ...segment.spares],
            percentMax: segment.limits.hostsDownPercent
          })
        ]),
    armedGuard(isArmed(segment.name, arming, policy), segment.name),
    approvalGuard(
      (recovery.decision?.overrides?.approval ?? segment.approval) === 'required',
      input.planHash,
      recovery.approval,
      input.nowMs
    )
  ]
}
