import type { Approval } from '../recovery.ts'
import type { GuardName, GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

/** Is acting switched on for the segment? Rule 20. */
export function armedGuard(armed: boolean, segment: string): GuardReport {
  return armed
    ? clear('armed', `segment ${segment} is armed`, { armed })
    : closed('armed', `segment ${segment} only observes: nothing is touched until it is armed`, 'person', { armed })
}

/** A person's word for exactly this plan, while it is fresh. */
export function approvalGuard(
  required: boolean,
  planHash: string,
  approval: Approval | undefined,
  nowMs: number
): GuardReport {
  const inputs = {
    required,
    planHash,
    ...(approval === undefined ? {} : { approvedHash: approval.planHash, by: approval.by, untilMs: approval.untilMs })
  }
  if (!required) return clear('approval', 'no approval is asked for', inputs)
  if (approval === undefined)
    return closed('approval', 'the plan waits for the approval of an operator', 'person', inputs)
  if (approval.planHash !== planHash)
    return closed('approval', `the plan has changed since ${approval.by} approved it`, 'person', inputs)
  if (approval.untilMs <= nowMs)
    return closed('approval', `the approval of ${approval.by} has expired`, 'person', inputs)
  return clear('approval', `approved by ${approval.by}`, inputs)
}

/** Whose approval of just this plan lets this guard through, while it is fresh: one that the person was shown to hold. */
export function approverOf(
  approval: Approval | undefined,
  planHash: string,
  guard: GuardName,
  nowMs: number
): string | undefined {
  return isFresh(approval, planHash, nowMs) && approval.releases?.includes(guard) === true ? approval.by : undefined
}

function isFresh(approval: Approval | undefined, planHash: string, nowMs: number): approval is Approval {
  return approval !== undefined && approval.planHash === planHash && approval.untilMs > nowMs
}

/**
 * What a person has approved is let through by each guard that held when it was approved, and that an approval may release; the
 * report still says why it would hold. One that closed later nobody has seen: it holds.
 */
export function letThrough(
  report: GuardReport,
  approval: Approval | undefined,
  planHash: string,
  nowMs: number
): GuardReport {
  const { guard, holds, reason, approvable } = report
  if (!holds || !approvable || guard === 'approval' || !isFresh(approval, planHash, nowMs)) return report
  const approver = approverOf(approval, planHash, guard, nowMs)
  if (approver === undefined)
    return { ...report, reason: `${reason}; ${approval.by} approved the plan before that was so` }
  return {
    ...report,
    holds: false,
    approvedBy: approver,
    reason: `${reason}; let through: ${approver} approved the plan`
  }
}

/** What an approval that is given now releases: the guards that the recovery shows to hold, and those that an earlier one lets through. */
export function releasedBy(guards: readonly GuardReport[], held: GuardName): readonly GuardName[] {
  const shown = guards.flatMap(({ guard, holds, approvable, approvedBy }) =>
    approvable && (holds || approvedBy !== undefined) ? guard : []
  )
  return shown.includes(held) ? shown : [...shown, held]
}
