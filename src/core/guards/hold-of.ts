import type { Hold, HoldCode } from '../recovery.ts'
import type { GuardName, GuardReport } from './guard.ts'

/** The hold's code for a guard that holds. */
export function holdCodeOf(guard: GuardName): HoldCode {
  switch (guard) {
    case 'armed':
      return 'observing'
    case 'approval':
      return 'approval'
    case 'maintenance':
      return 'maintenance'
    case 'own-isolation':
      return 'cloud'
    case 'other-tool':
      return 'other-tool'
    default:
      return 'guard'
  }
}

/** The hold that the first closed guard asks for. */
export function holdOf(guards: readonly GuardReport[]): Hold | undefined {
  const first = guards.find(guard => guard.holds)
  return first === undefined ? undefined : holdFor(first)
}

export function holdFor(report: GuardReport): Hold {
  const { guard, reason, releasedBy } = report
  return { code: holdCodeOf(guard), guard, reason: `${reason}${whatNext(report)}`, releasedBy }
}

/** What ends it: time, the world, or a person, who must know what to do. */
function whatNext({ guard, approvable, releasedBy, untilMs }: GuardReport): string {
  if (guard === 'approval') return ''
  const person = approvable ? ', or when an operator approves this plan' : ''
  if (untilMs !== undefined) return `; it goes on by itself at ${new Date(untilMs).toISOString()}${person}`
  if (!approvable) return ''
  return releasedBy === 'person'
    ? '; an operator has to look, and to approve this plan or cancel'
    : `; it goes on by itself when that is over${person}`
}
