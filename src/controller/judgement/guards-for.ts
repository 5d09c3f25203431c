import type { GuardReport } from '../../core/guards/guard.ts'
import type { NodeMaintenance } from '../../core/guards/maintenance.ts'
import type { BmcLink } from '../../core/guards/own-isolation.ts'
import { stormKey, watchKey } from '../../core/guards/storm.ts'
import type { Plan } from '../../core/plan.ts'
import type { Segment } from '../../core/segment.ts'
import { hourMs } from '../planning/admission.ts'
import type { Drawn } from '../planning/planning.ts'
import type { Ports } from '../ports/ports.ts'
import type { Context } from '../recovery/context.ts'
import { isWorldError } from '../recovery/context.ts'
import { bmcLinkOf } from './bmc-link.ts'
import { checkGuards } from './check-guards.ts'

/** What was read for a plan, as far as the guards look at it. */
export type Surroundings = Pick<Drawn, 'reading' | 'aggregates' | 'foreign'> & { readonly plan: Pick<Plan, 'hash'> }

/** Reads what the guards look at beside the plan, and asks them all; changes nothing. */
export async function guardsFor(
  ctx: Pick<Context, 'ports' | 'recovery'> & Partial<Pick<Context, 'signal'>>,
  segment: Segment,
  drawn: Surroundings
): Promise<GuardReport[]> {
  const { ports, recovery, signal } = ctx
  const { store, policy, clock } = ports
  const { openedAtMs, host } = recovery
  const [arming, sightings, failures, acted, node, bmcLink] = await Promise.all([
    store.arming(),
    store.sightings(),
    store.failuresOf(host, openedAtMs - segment.limits.failuresWindowMs, openedAtMs),
    store.acted(recovery.id, hourMs),
    nodeOf(ports, host, signal),
    linkOf(ctx, drawn)
  ])
  return checkGuards(
    {
      recovery,
      segment,
      ...{ reading: drawn.reading, aggregates: drawn.aggregates, foreign: drawn.foreign, planHash: drawn.plan.hash },
      nowMs: clock.now(),
      watch: sightings[watchKey],
      storm: sightings[stormKey(segment.name)],
      ...{ failures, acted, node, bmcLink }
    },
    arming,
    policy
  )
}

/** Ironic's word of the machine. */
export async function nodeOf(
  { nodes }: Pick<Ports, 'nodes'>,
  host: string,
  signal?: AbortSignal
): Promise<NodeMaintenance> {
  if (nodes === undefined) return 'not applicable'
  try {
    return await nodes.maintenanceOf(host, signal)
  } catch (error) {
    if (!isWorldError(error)) throw error
    return 'unknown'
  }
}

/** BMCs of others are asked only where that of the host to fence did not answer. */
async function linkOf(ctx: Parameters<typeof bmcLinkOf>[0], { reading }: Surroundings): Promise<BmcLink | undefined> {
  const { phase, host } = ctx.recovery
  if (phase.state !== 'held' || phase.hold.guard !== 'bmc-network') return undefined
  return await bmcLinkOf(ctx, phase.fencing ?? host, reading)
}
