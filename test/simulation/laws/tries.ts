import type { Recovery } from '../../../src/core/recovery.ts'
import type { Step } from '../../../src/core/step.ts'
import type { Case } from './case.ts'

/** When a person is asked about servers, or some are left behind, none is among them that could just be tried again. */
export function watchTries({ recorder, book }: Pick<Case, 'recorder' | 'book'>): void {
  const tries = new Map<string, Map<string, Step>>()
  const states = new Map<string, string>()
  recorder.listen({
    step({ id }, step) {
      if (step.kind !== 'evacuate') return
      tries.set(id, (tries.get(id) ?? new Map()).set(`${step.target} ${step.attempt}`, step))
    }
  })
  recorder.onChange(recovery => {
    const before = states.get(recovery.id)
    states.set(recovery.id, recovery.phase.state)
    if (before === recovery.phase.state || !givesUp(recovery)) return
    const steps = [...(tries.get(recovery.id)?.values() ?? [])]
    for (const { id, name } of recovery.servers) {
      const left = triesLeft(recovery, id, steps)
      if (left > 0) book.breach('moved', `${name} could be tried ${left} times more, and the plan does not speak of it`)
    }
  })
}

/** To power a target off for a copy, to ask a person for it, to call it partial. */
function givesUp({ phase, host, cancelling }: Recovery): boolean {
  if (cancelling !== undefined) return false
  if (phase.state === 'held')
    return phase.from === 'moving' && phase.hold.code === 'target' && phase.hold.releasedBy === 'person'
  return phase.state === 'partial' || (phase.state === 'fencing' && phase.host !== host)
}

function triesLeft(recovery: Recovery, server: string, steps: readonly Step[]): number {
  const { plan, settings, retriedAtMs = 0 } = recovery
  const its = steps.filter(step => step.target === server).toSorted((a, b) => a.attempt - b.attempt)
  const last = its.at(-1)
  const isPlanned = [...(plan?.moves ?? []), ...(plan?.staying ?? [])].some(one => one.server === server)
  if (last?.state !== 'failed' || isPlanned) return 0
  const counted = its.filter(
    step =>
      step.state === 'failed' &&
      step.unsent !== true &&
      step.intentAtMs > retriedAtMs &&
      step.reached === last.reached &&
      (last.reached !== true || step.to === last.to)
  )
  return settings.evacuate.attempts - counted.length
}
