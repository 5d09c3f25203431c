import { domainsOf } from '../../core/guards/domain.ts'
import type { GuardReport } from '../../core/guards/guard.ts'
import { approverOf, letThrough } from '../../core/guards/people.ts'
import { type AdmissionLimits, recoveriesPerHourGuard } from '../../core/guards/recoveries-per-hour.ts'
import type { Aggregate } from '../../core/inventory.ts'
import type { Segment } from '../../core/segment.ts'
import type { Policy } from '../ports/ports.ts'
import type { Context } from '../recovery/context.ts'
import type { Drawn } from './planning.ts'

export const hourMs = 3_600_000

/** The guard that counts, and takes its place: only one of two that ask at once has the last one. What a person has approved is counted as well, but has its place. */
export async function askAdmission(
  { ports, recovery, lease }: Pick<Context, 'ports' | 'recovery' | 'lease'>,
  segment: Segment,
  { aggregates, plan }: Drawn
): Promise<GuardReport> {
  const { policy, store, clock } = ports
  const limits = admissionLimits(recovery.host, segment, aggregates, policy)
  const nowMs = clock.now()
  const none = Number.POSITIVE_INFINITY
  const isApproved = approverOf(recovery.approval, plan.hash, 'recoveries-per-hour', nowMs) !== undefined
  const asked = isApproved ? { windowMs: hourMs, segmentMax: none, cloudMax: none } : limits
  const { acted } = await store.admit(lease, asked)
  return letThrough(recoveriesPerHourGuard(recovery, acted, limits), recovery.approval, plan.hash, nowMs)
}

export function admissionLimits(
  host: string,
  segment: Segment,
  aggregates: readonly Aggregate[],
  { domain, recoveriesPerHour }: Pick<Policy, 'domain' | 'recoveriesPerHour'>
): AdmissionLimits {
  const domains = domain === undefined ? [] : domainsOf(host, aggregates, domain.key)
  const max = domain?.recoveriesPerHour ?? 0
  return {
    windowMs: hourMs,
    ...{ segmentMax: segment.limits.recoveriesPerHour, cloudMax: recoveriesPerHour },
    domains: domains.map(each => ({ ...each, max }))
  }
}
