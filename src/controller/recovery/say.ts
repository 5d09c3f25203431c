import { agentsBehind } from '../../core/proof.ts'
import type { Proof } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'

/** One sentence for the timeline, the log and the operator. */
export function sayEvent(event: RecoveryEvent): string {
  switch (event.type) {
    case 'confirmedDead':
      return `the host is ${event.evidence.verdict}: ${event.evidence.because}`
    case 'evidenceChanged':
      return `the evidence has changed: ${event.evidence.because}`
    case 'stopped':
      return `held: ${event.hold.reason}`
    case 'planned':
      return `planned: ${event.plan.moves.length} servers to ${event.plan.targets.join(', ') || 'no target'}${event.plan.staying.length > 0 ? `, ${event.plan.staying.length} stay` : ''}`
    case 'proven':
      return `${event.host} is off: ${sayProof(event.proof)}`
    case 'isolated':
      return `disabled and forced down; ${event.servers.length} servers are on it`
    case 'prepared':
      return 'the targets are enabled and the scheduler may use them'
    case 'targetChanged':
      return event.because
    case 'allEnded':
      return 'every move has ended'
    case 'approved':
      return `the plan is approved by ${event.approval.by}`
    case 'vouched':
      return `${event.by} vouches for ${event.server ?? event.host ?? 'the host'}: ${event.reason}`
    case 'retried':
      return `${event.by} tries again`
    case 'cancelAsked':
      return `${event.by} cancels: ${event.reason}`
    default:
      return event.because
  }
}

function sayProof(proof: Proof): string {
  if (proof.kind === 'waived') return proof.kind
  if (proof.kind === 'vouched') return `vouched by ${proof.by}`
  const agents = agentsBehind(proof)
  return `fenced by ${agents.join(' and ')}, two readings${agents.length > 1 ? ' of each' : ''}`
}
