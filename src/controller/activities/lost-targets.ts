import { chainOfLost } from '../../core/guards/chain.ts'
import { openRecovery } from '../../core/open.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { CloudError } from '../../errors.ts'
import { newId } from '../../new-id.ts'
import type { Context } from '../recovery/context.ts'
import { note, record } from '../recovery/context.ts'
import { forceDown } from './isolate.ts'
import { endedAtProven, unknownMs } from './moving/settle.ts'

/** A target that died has servers of ours on it or on the way: it gets a recovery of its own (rule 13). Safe to repeat. */
export async function reportLostTargets(ctx: Context): Promise<void> {
  const { ports, recovery } = ctx
  for (const [host, use] of Object.entries(recovery.targets)) {
    if (use.state !== 'lost' || recovery.proofs[host] !== undefined) continue
    const segment = ports.policy.segmentOf(host) ?? ports.policy.segment(recovery.segment)
    if (segment === undefined) continue
    const because = `recovery ${recovery.id} lost it as its target`
    await ports.store.receive(
      { source: 'target', actor: 'switchover', host, reason: because, dedupeKey: `target|${recovery.id}|${host}` },
      {
        outcome: 'open',
        because,
        recovery: openRecovery(newId(), host, segment, 'target', ports.clock.now(), {
          chain: chainOfLost(recovery)
        })
      }
    )
  }
}

/** The chain of a recovery that an alarm opened, by the one that lost this host as its target; 0 if none has it. */
export async function chainAsTarget({ ports: { store }, recovery: { host } }: Context): Promise<number> {
  const holder = (await store.targets())[host]
  const stored = holder === undefined ? undefined : await store.recovery(holder)
  return stored === undefined ? 0 : chainOfLost(stored.recovery)
}

/** A lost target that its own recovery has proven off and forced down. */
export async function provenTarget(ctx: Context): Promise<RecoveryEvent | undefined> {
  for (const [host, use] of Object.entries(ctx.recovery.targets)) {
    if (use.state !== 'lost' || ctx.recovery.proofs[host] !== undefined) continue
    const its = await ctx.ports.store.isolationOf(host)
    const proof = its?.proofs[host]
    if (its?.isolation !== undefined && proof !== undefined) return { type: 'proven', host, proof }
  }
  return undefined
}

/**
 * Attempts at a target that is proven off have no end in Nova any more; they failed. A request that may not have arrived yet
 * is waited for: Nova would take it beside the next one.
 */
export async function closeStepsAtProven(ctx: Context): Promise<void> {
  const nowMs = ctx.ports.clock.now()
  const over = ctx.steps.filter(
    step =>
      step.kind === 'evacuate' &&
      (step.state === 'sent' || (step.state === 'sending' && nowMs - step.intentAtMs > unknownMs)) &&
      step.to !== undefined &&
      ctx.recovery.proofs[step.to] !== undefined
  )
  if (over.length === 0) return
  await record(ctx, {
    steps: over.map(step => endedAtProven(step, nowMs)),
    events: [note('note', `${over.length} moves to a target that is proven off are planned again`)]
  })
}

/** A target that failed and is proven off is forced down as well: it must not come back into use by itself. */
export async function isolateProvenTargets(ctx: Context): Promise<void> {
  for (const host of Object.keys(ctx.recovery.proofs)) {
    const isDone = ctx.steps.some(step => step.kind === 'isolate' && step.target === host && step.state === 'done')
    if (host === ctx.recovery.host || isDone) continue
    const outcome = await forceDown(ctx, host)
    if (typeof outcome === 'string') throw new CloudError('refused', outcome)
  }
}
