import { domainsOf } from '../../core/guards/domain.ts'
import type { GuardReport } from '../../core/guards/guard.ts'
import { clear, closed } from '../../core/guards/guard.ts'
import { approverOf, letThrough } from '../../core/guards/people.ts'
import type { Segment } from '../../core/segment.ts'
import type { Context } from '../recovery/context.ts'
import type { Drawn } from './planning.ts'

const hourMs = 3_600_000

/** The guard that counts: asking for a place is the only way to know. What a person has approved is counted as well, but has its place. */
export async function askAdmission(
  { ports, recovery, lease }: Pick<Context, 'ports' | 'recovery' | 'lease'>,
  segment: Segment,
  drawn: Drawn
): Promise<GuardReport> {
  const guard = 'recoveries-per-hour'
  const { policy, store, clock } = ports
  const { domain } = policy
  const domains = domain === undefined ? [] : domainsOf(recovery.host, drawn.aggregates, domain.key)
  const limits = { segmentMax: segment.limits.recoveriesPerHour, cloudMax: policy.recoveriesPerHour }
  const inputs = { ...limits, ...(domain === undefined ? {} : { domainMax: domain.recoveriesPerHour }) }
  const { hash } = drawn.plan
  const nowMs = clock.now()
  const approver = approverOf(recovery.approval, hash, guard, nowMs)
  if (approver !== undefined) {
    const none = Number.POSITIVE_INFINITY
    await store.admit(lease, { windowMs: hourMs, segmentMax: none, cloudMax: none })
    return { ...clear(guard, `let through: ${approver} approved the plan`, inputs), approvedBy: approver }
  }
  const max = domain?.recoveriesPerHour ?? 0
  const answer = await store.admit(lease, {
    windowMs: hourMs,
    ...limits,
    domains: domains.map(({ name, hosts }) => ({ name, hosts, max }))
  })
  if (answer.admitted) return clear(guard, 'the limits of recoveries leave room', inputs)
  return letThrough(closed(guard, answer.reason, 'world', inputs, answer.untilMs), recovery.approval, hash, nowMs)
}
