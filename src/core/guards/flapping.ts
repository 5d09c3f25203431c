import type { GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

/** A host that fails again and again is in quarantine: a person looks at it first. Counted back from the opening, so time alone does not end it. */
export function flappingGuard(
  host: string,
  failures: number,
  limits: { readonly failuresPerHost: number; readonly failuresWindowMs: number }
): GuardReport {
  const { failuresPerHost, failuresWindowMs } = limits
  const hours = failuresWindowMs / 3_600_000
  const inputs = { failures, failuresMax: failuresPerHost, windowHours: hours }
  const times = failures === 1 ? 'once' : `${failures} times`
  const figures = `${host} was recovered ${times} in the ${hours} h before this (at most ${failuresPerHost})`
  return failures >= failuresPerHost
    ? closed('flapping', `${figures}: it is in quarantine`, 'person', inputs)
    : clear('flapping', figures, inputs)
}
