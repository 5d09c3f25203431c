import type { Recovery } from '../../../src/core/recovery.ts'
import type { Evidence } from '../../../src/core/verdict.ts'
import type { Case } from './case.ts'

/**
 * Why the evidence on record does not allow a fence; reckoned from the observations alone, in another way than the service
 * does it.
 */
export function objectionToVerdict({ segment }: Case, { evidence }: Recovery): string | undefined {
  if (evidence === undefined) return 'no evidence is on record'
  const { confirm } = segment.settings
  const { verdict } = evidence
  if (verdict === 'compute-down')
    return confirm.computeDown === 'fence' ? undefined : 'only its nova-compute is down, and that is to be held'
  if (verdict !== 'dead' && verdict !== 'isolated') return `the verdict is ${verdict}`
  if (has(evidence, 'nova', 'alive') || has(evidence, 'network', 'alive')) return 'the evidence has a sign of life'
  if (verdict === 'dead' && has(evidence, 'beside', 'alive'))
    return 'the evidence has a sign of life beside the network'
  if (!has(evidence, 'nova', 'down') && !has(evidence, 'power', 'down')) return 'nothing positive speaks for its death'
  const voices = speakers(evidence)
  return voices < (confirm.sourcesMin ?? 1)
    ? `${voices} independent sources speak for its death, and ${confirm.sourcesMin} are asked for`
    : undefined
}

/**
 * A fence is waived for what is dead: a host that is known to run is not left to that, and is held before it takes spares
 * and a place among the recoveries. A retry after a partial end keeps the waiver that the evidence of the first recovery
 * allowed, and reads the host's silence again before anything moves.
 */
export function watchVerdicts({ recorder, book, segment }: Case): void {
  recorder.onChange(({ host, proofs, evidence, phase, openedAtMs, isolation }) => {
    if (
      phase.state === 'dismissed' &&
      evidence?.verdict === 'degraded' &&
      segment.settings.confirm.degraded !== 'dismiss'
    )
      book.breach('dismissed', `${host} is dismissed, and the verdict is degraded`)
    const proof = proofs[host]
    const goesOn = (phase.state === 'planning' || phase.state === 'fencing') && isolation === undefined
    if (goesOn && proof === undefined && evidence?.verdict === 'isolated' && segment.fencing === 'waived')
      book.breach('verdict-first', `${host} runs and nothing can fence it, and its recovery takes targets`)
    if (proof?.kind === 'waived' && proof.atMs >= openedAtMs && evidence?.verdict !== 'dead')
      book.breach('verdict-first', `the fence of ${host} is waived, and the verdict is ${evidence?.verdict}`)
  })
}

function has({ observations }: Evidence, way: string, says: string): boolean {
  return observations.some(one => one.way === way && one.says === says)
}

/** Nova, the network, the BMC, and each probe beside the network. */
function speakers(evidence: Evidence): number {
  const beside = evidence.observations.filter(one => one.way === 'beside' && one.says === 'silent')
  const nova = has(evidence, 'nova', 'down') || has(evidence, 'nova', 'silent')
  return (
    Number(nova) + Number(has(evidence, 'network', 'silent')) + Number(has(evidence, 'power', 'down')) + beside.length
  )
}
