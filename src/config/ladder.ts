import type { Ladder } from '../core/ladder.ts'
import type { FencingStep } from '../schemas/config.d.ts'

const usual = { timeoutSeconds: 90, retries: 2 }

/** The ladder of a segment's `fencing`, whose names were checked. */
export function ladderOf(steps: readonly (string | FencingStep)[]): Ladder {
  if (steps.includes('none')) return 'waived'
  return steps.map(step => {
    const { timeoutSeconds, retries } = { ...usual, ...(typeof step === 'string' ? {} : step) }
    return { agents: agentNames(step), timeoutMs: timeoutSeconds * 1000, retries }
  })
}

/** The names in a step as it was written. */
export function agentNames(step: string | FencingStep): string[] {
  if (typeof step === 'string') return [step]
  return step.agent === undefined ? (step.all ?? []) : [step.agent]
}
