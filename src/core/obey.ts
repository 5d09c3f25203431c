import { approvable } from './guards/guard.ts'
import { releasedBy } from './guards/people.ts'
import { isOpen } from './moves.ts'
import type { Recovery } from './recovery.ts'
import { hasEnded } from './recovery.ts'
import type { RecoveryEvent } from './recovery-event.ts'
import type { Step } from './step.ts'

/** An operator's command as the driver of the recovery sees it. */
export interface Order {
  readonly kind: 'approve' | 'vouch' | 'retry' | 'cancel'
  readonly actor: string
  readonly reason: string
  readonly version: number
  readonly host?: string
  readonly server?: string
}

export type Obedience = { readonly event: RecoveryEvent; readonly said: string } | { readonly refused: string }

/** What a command means for the recovery as it is now; refused with the reason when it means nothing any more. */
export function obey(
  recovery: Recovery,
  version: number,
  order: Order,
  at: { readonly nowMs: number; readonly approvalMs: number; readonly steps: readonly Step[] }
): Obedience {
  if (hasEnded(recovery)) return { refused: 'the recovery has ended' }
  // A cancel says stop whatever it is that goes on; the others speak about what the person saw.
  if (order.kind !== 'cancel' && order.version !== version)
    return { refused: 'the recovery had moved on since; look again' }
  switch (order.kind) {
    case 'cancel':
      return {
        event: { type: 'cancelAsked', by: order.actor, reason: order.reason },
        said: `${order.actor} cancels: ${order.reason}`
      }
    case 'retry':
      return recovery.phase.state === 'held'
        ? {
            event: { type: 'retried', by: order.actor, atMs: at.nowMs },
            said: `${order.actor} asks to try again: ${order.reason}`
          }
        : { refused: `it is ${recovery.phase.state}; only a held recovery can be retried` }
    case 'approve':
      return approve(recovery, order, at)
    case 'vouch':
      return vouch(recovery, order, at)
  }
}

function approve(
  recovery: Recovery,
  order: Order,
  at: { readonly nowMs: number; readonly approvalMs: number }
): Obedience {
  const { phase, plan } = recovery
  if (phase.state !== 'held' || plan === undefined) return { refused: 'no plan waits for an approval' }
  const { code, guard = code === 'approval' ? code : undefined } = phase.hold
  if (guard === undefined || !approvable[guard])
    return { refused: `an approval does not end this hold: ${phase.hold.reason}` }
  // It would run out while nobody may act, and look like leave given.
  const deaf = recovery.guards?.find(report => report.holds && !report.approvable)
  if (deaf !== undefined)
    return {
      refused: `no approval releases what held as well at the last look: ${deaf.guard}: ${deaf.reason}. If that is over, retry looks again at once`
    }
  const releases = releasedBy(recovery.guards ?? [], guard)
  const approval = { planHash: plan.hash, by: order.actor, untilMs: at.nowMs + at.approvalMs, releases }
  return {
    event: { type: 'approved', approval },
    said: `${order.actor} approves plan ${plan.hash}, and lets ${releases.join(', ')} through: ${order.reason}`
  }
}

/** A person's word stands only in place of a proof that is missing, for the host, for a target, or for one server. */
function vouch(
  recovery: Recovery,
  order: Order,
  { nowMs, steps }: { readonly nowMs: number; readonly steps: readonly Step[] }
): Obedience {
  const { phase } = recovery
  if (phase.state !== 'held') return { refused: `it is ${phase.state}; only a held recovery can be vouched for` }
  const base = { type: 'vouched', by: order.actor, reason: order.reason, atMs: nowMs } as const
  if (order.server !== undefined) {
    const stays = recovery.plan?.staying.some(stay => stay.server === order.server && stay.because === 'person')
    const listed = recovery.servers.some(server => server.id === order.server)
    return stays === true || listed
      ? {
          event: { ...base, server: order.server },
          said: `${order.actor} vouches that server ${order.server} runs nowhere else: ${order.reason}`
        }
      : { refused: `server ${order.server} is not of this recovery` }
  }
  const host = order.host ?? (phase.from === 'fencing' ? phase.fencing : undefined) ?? recovery.host
  if (host === recovery.host) {
    if (!['not-fenced', 'proof', 'power'].includes(phase.hold.code))
      return { refused: 'no proof of the failed host is missing' }
    if (phase.hold.code === 'power') return { refused: `the BMC of ${host} says that it is on; power it off first` }
  } else if (!isDoubtful(recovery, steps, host)) {
    return { refused: `${host} is not a target whose proof is missing` }
  }
  return { event: { ...base, host }, said: `${order.actor} vouches that ${host} is off: ${order.reason}` }
}

/** A target that died, or on which a move failed, or to which one has no end, and that nobody has proven off. */
function isDoubtful(recovery: Recovery, steps: readonly Step[], host: string): boolean {
  if (recovery.proofs[host] !== undefined) return false
  const state = recovery.targets[host]?.state
  if (state === 'lost' || state === 'failed') return true
  const isHeldForTarget = recovery.phase.state === 'held' && recovery.phase.hold.code === 'target'
  // Another tool may have sent a server to a host that is no target of ours.
  const isSentTo = steps.some(step => step.kind === 'evacuate' && step.to === host && isOpen(step))
  return isHeldForTarget && (state !== undefined || isSentTo)
}
