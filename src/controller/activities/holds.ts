import type { Hold, Recovery } from '../../core/recovery.ts'

/** `sentences`: what each step of the ladder said. */
export function notFenced(host: string, sentences: readonly string[]): Hold {
  const why = sentences.join('; ') || 'no fencing agent is configured'
  return {
    code: 'not-fenced',
    releasedBy: 'person',
    reason: `${host} is not proven off (${why}). Nothing is moved. Make sure that it is off, then vouch for it, or mend the BMC's access and retry`
  }
}

/** Nobody knows any more how its hosts are fenced, and what to ask for a sign of life. */
export function segmentGone(recovery: Recovery): Hold {
  return { code: 'guard', reason: `the configuration has no segment ${recovery.segment} any more`, releasedBy: 'world' }
}
