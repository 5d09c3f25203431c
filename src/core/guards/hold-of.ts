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

/** The hold that the first closed guard asks for; its words say what else holds, and what a person has to do first. */
export function holdOf(guards: readonly GuardReport[]): Hold | undefined {
  const first = guards.find(guard => guard.holds)
  return first === undefined ? undefined : holdFor(first, guards)
}

/** `guards`: all that were asked, so that nobody takes the one for all that stands in the way. */
export function holdFor(report: GuardReport, guards: readonly GuardReport[] = []): Hold {
  const { guard, reason, releasedBy } = report
  const others = guards.filter(other => other.holds && other.guard !== guard)
  const next = others.length === 0 ? whatNext(report) : whatNextOfAll(others, [report, ...others])
  return { code: holdCodeOf(guard), guard, reason: `${reason}${next}`, releasedBy }
}

/** A hold that no guard asks for, with the guards that hold as well. */
export function holdBeside(hold: Hold, guards: readonly GuardReport[]): Hold {
  const others = guards.filter(({ holds }) => holds)
  if (others.length === 0) return hold
  const isApproved = others.some(({ guard }) => guard === 'approval')
  const then = `it goes on by itself when the rest is over${isApproved ? ', and an operator approves the plan that is made then' : ''}`
  return { ...hold, reason: `${hold.reason}; ${alsoHolding(others)}. ${peopleFirst(others, then)}` }
}

/** What ends it: time, the world, or a person, who must know what to do. */
function whatNext({ guard, approvable, releasedBy, untilMs }: GuardReport): string {
  if (guard === 'approval') return ''
  const person = approvable ? ', or when an operator approves this plan' : ''
  if (untilMs !== undefined) return `; it goes on by itself at ${timeOf(untilMs)}${person}`
  if (!approvable) return ''
  return releasedBy === 'person'
    ? '; an operator has to look, and to approve this plan or cancel'
    : `; it goes on by itself when that is over${person}`
}

function whatNextOfAll(others: readonly GuardReport[], all: readonly GuardReport[]): string {
  const rest = all.filter(report => !needsDeed(report))
  return `; ${alsoHolding(others)}. ${peopleFirst(all, rest.length === 0 ? 'it goes on by itself' : endOf(rest))}`
}

/** What only time, the world or an approval is missing for. */
function endOf(rest: readonly GuardReport[]): string {
  const isApprovable = rest.every(({ approvable }) => approvable)
  if (rest.some(({ releasedBy }) => releasedBy === 'person'))
    return isApprovable
      ? 'an operator has to look, and to approve this plan or cancel'
      : 'an operator has to look, and to approve this plan when the rest is over, or to cancel'
  const times = rest.flatMap(({ untilMs }) => untilMs ?? [])
  const when = times.length === rest.length ? `at ${timeOf(Math.max(...times))}` : 'when all that is over'
  return `it goes on by itself ${when}${isApprovable ? ', or when an operator approves this plan' : ''}`
}

function alsoHolding(others: readonly GuardReport[]): string {
  const names = others.map(({ guard }) => guard)
  const all = names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `${all} ${names.length === 1 ? 'holds' : 'hold'} as well`
}

function peopleFirst(all: readonly GuardReport[], then: string): string {
  // Beside the arming it is the maintenance that only a person ends.
  const deeds = all
    .filter(needsDeed)
    .map(({ guard }) => (guard === 'armed' ? 'arm the segment' : 'give the host back to service'))
  return deeds.length === 0
    ? `${then.charAt(0).toUpperCase()}${then.slice(1)}`
    : `First a person has to ${deeds.join(' and to ')}; then ${then}`
}

/** No approval is a substitute for it. */
function needsDeed({ approvable, releasedBy }: GuardReport): boolean {
  return !approvable && releasedBy === 'person'
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
