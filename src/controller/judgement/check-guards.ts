import { chainGuard } from '../../core/guards/chain.ts'
import { controlPlaneGuard } from '../../core/guards/control-plane.ts'
import { domainGuard, domainsOf } from '../../core/guards/domain.ts'
import { flappingGuard } from '../../core/guards/flapping.ts'
import type { GuardReport } from '../../core/guards/guard.ts'
import type { NodeMaintenance } from '../../core/guards/maintenance.ts'
import { maintenanceGuard } from '../../core/guards/maintenance.ts'
import { otherToolGuard } from '../../core/guards/other-tool.ts'
import type { BmcLink } from '../../core/guards/own-isolation.ts'
import { bmcNetworkGuard, ownIsolationGuard } from '../../core/guards/own-isolation.ts'
import { approvalGuard, armedGuard, letThrough } from '../../core/guards/people.ts'
import type { Acted } from '../../core/guards/recoveries-per-hour.ts'
import { recoveriesPerHourGuard } from '../../core/guards/recoveries-per-hour.ts'
import type { Sighting } from '../../core/guards/storm.ts'
import { hostsDownGuard, siteStartGuard, stormGuard } from '../../core/guards/storm.ts'
import type { Aggregate, HostsReading } from '../../core/inventory.ts'
import { findHost } from '../../core/inventory.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { Segment } from '../../core/segment.ts'
import { admissionLimits } from '../planning/admission.ts'
import type { Arming, Policy } from '../ports/ports.ts'

/** What the guards look at. */
export interface GuardInput {
  readonly recovery: Recovery
  readonly segment: Segment
  readonly reading: HostsReading
  readonly aggregates: readonly Aggregate[]
  readonly foreign: number
  readonly planHash: string
  readonly nowMs: number
  /** When somebody began to watch, and when a storm of the segment was seen. */
  readonly watch?: Sighting | undefined
  readonly storm?: Sighting | undefined
  /** Recoveries of the host in the window before this one. */
  readonly failures: number
  readonly node: NodeMaintenance
  /** Asked only where the BMC of the failed host did not answer. */
  readonly bmcLink?: BmcLink | undefined
  /** Recoveries that have begun to act within the hour. */
  readonly acted: readonly Acted[]
}

/** The API's switch for the segment, else the API's for all, else the configuration. */
export function isArmed(segment: string, arming: Arming, policy: Policy): boolean {
  return arming.segments[segment] ?? arming.armed ?? policy.armed(segment)
}

/** Every guard's answer. First what nobody can let through, then what an approval may release, then what only a person's word is missing for. */
export function checkGuards(input: GuardInput, arming: Arming, policy: Policy): GuardReport[] {
  const { recovery, segment, planHash, nowMs } = input
  return [
    ...worldGuards(input, policy),
    chainGuard(recovery.retriedAtMs === undefined ? recovery.chain : 0),
    // The recovery of a lost target belongs to the one that waits for it (rule 21).
    ...(recovery.origin === 'target' ? [] : stormGuards(input, policy)),
    armedGuard(isArmed(segment.name, arming, policy), segment.name),
    approvalGuard(asksForApproval(recovery, segment), planHash, recovery.approval, nowMs),
    ...(isCounted(recovery) ? [countGuard(input, policy)] : [])
  ].map(report => letThrough(report, recovery.approval, planHash, nowMs))
}

function worldGuards(input: GuardInput, policy: Policy): GuardReport[] {
  const { recovery, reading } = input
  const host = findHost(reading, recovery.host)
  return [
    ownIsolationGuard(reading),
    bmcNetworkGuard(recovery.host, input.bmcLink),
    controlPlaneGuard(reading),
    otherToolGuard(input.foreign, host, policy.guards.otherTools),
    ...(host === undefined ? [] : [maintenanceGuard(host, input.node)])
  ]
}

function stormGuards(input: GuardInput, { guards, domain }: Policy): GuardReport[] {
  const { recovery, segment, reading, nowMs, storm } = input
  const domains = domain === undefined ? [] : domainsOf(recovery.host, input.aggregates, domain.key)
  return [
    siteStartGuard(input.watch, storm, guards.siteStartMs, nowMs),
    hostsDownGuard(reading, segment),
    stormGuard(storm, segment, nowMs),
    domainGuard(reading, domains, domain),
    flappingGuard(recovery.host, input.failures, segment.limits)
  ]
}

/** The recovery of a lost target is no failure more, and one that continues another had its place. */
export function isCounted({ origin, continues }: Recovery): boolean {
  return origin !== 'target' && continues === undefined
}

function countGuard({ recovery, segment, aggregates, acted }: GuardInput, policy: Policy): GuardReport {
  return recoveriesPerHourGuard(recovery, acted, admissionLimits(recovery.host, segment, aggregates, policy))
}

/** A rule that opened it may ask for more than its segment, or for less. */
function asksForApproval(recovery: Recovery, segment: Segment): boolean {
  return (recovery.decision?.overrides?.approval ?? segment.approval) === 'required'
}
