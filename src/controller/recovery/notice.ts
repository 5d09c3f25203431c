import type { Recovery } from '../../core/recovery.ts'

/** A person is told once for each reason to hold, not each time that it comes back. */
export function isNewHold(before: Recovery, after: Recovery): boolean {
  if (after.phase.state !== 'held') return false
  if (before.phase.state !== 'held') return after.lastHold?.count === 0
  const [was, is] = [before.phase.hold, after.phase.hold]
  return was.code !== is.code || (was.releasedBy === 'world' && is.releasedBy === 'person')
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
    ...(phase.state === 'held' ? phase.hold : {}),
    ...('reason' in phase ? { reason: phase.reason } : {}),
    ...(moves === undefined ? {} : { moves })
  }
}
