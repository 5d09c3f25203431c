import type { Recovery } from '../core/recovery.ts'

/** A person is told once for each reason to hold, not each time that it comes back. */
export function isNewHold(before: Recovery, after: Recovery): boolean {
  if (after.phase.state !== 'held') return false
  return before.phase.state === 'held' ? before.phase.hold.code !== after.phase.hold.code : after.lastHold?.count === 0
}

/** What a person is told by the outgoing webhook. */
export function noticeOf(recovery: Recovery, text: string, moves?: readonly object[]): object {
  const { phase } = recovery
  return {
    recovery: recovery.id,
    host: recovery.host,
    segment: recovery.segment,
    state: phase.state,
    text,
    ...(phase.state === 'held'
      ? { code: phase.hold.code, reason: phase.hold.reason, releasedBy: phase.hold.releasedBy }
      : {}),
    ...('reason' in phase ? { reason: phase.reason } : {}),
    ...(moves === undefined ? {} : { moves })
  }
}
