import type { Approval } from '../recovery.ts'
import type { GuardReport } from './guard.ts'
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

/** Who has approved just this plan, while that is fresh. */
export function approverOf(approval: Approval | undefined, planHash: string, nowMs: number): string | undefined {
  return approval !== undefined && approval.planHash === planHash && approval.untilMs > nowMs ? approval.by : undefined
}

/** What a person has approved is let through by each guard that an approval may release; the report still says why it would hold. */
export function letThrough(report: GuardReport, approver: string | undefined): GuardReport {
  if (!report.holds || !report.approvable || report.guard === 'approval' || approver === undefined) return report
  return {
    ...report,
    holds: false,
    approvedBy: approver,
    reason: `${report.reason}; let through: ${approver} approved the plan`
  }
}
