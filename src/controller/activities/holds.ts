import type { Hold, Recovery } from '../../core/recovery.ts'

/** `sentences`: what each step of the ladder said. `mends`: a step may prove it yet, if it is asked once more. */
export function notFenced(host: string, sentences: readonly string[], mends = true): Hold {
  const why = sentences.join('; ') || 'no fencing agent is configured'
  const remedy = mends
    ? "Make sure that it is off, then vouch for it, or mend the BMC's access and retry"
    : 'Switch the host off, see that it is off, and vouch for it; a retry helps only once the configuration reaches it another way'
  return {
    code: 'not-fenced',
    releasedBy: 'person',
    reason: `${host} is not proven off (${why}). Nothing is moved. ${remedy}`,
    ...(!mends && { retryHelps: false })
  }
}

/** Nobody knows any more how its hosts are fenced, and what to ask for a sign of life. */
export function segmentGone(recovery: Recovery): Hold {
  return { code: 'guard', reason: `the configuration has no segment ${recovery.segment} any more`, releasedBy: 'world' }
}
