import type { Host, Server } from '../../core/inventory.ts'
import { findHost } from '../../core/inventory.ts'
import { isIsolatedByUs, isolationReason } from '../../core/marks.ts'
import type { Isolation, ListedServer } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import type { Drawn } from '../planning/planning.ts'
import { drawPlan } from '../planning/planning.ts'
import { reserveAll } from '../planning/targets.ts'
import type { Context } from '../recovery/context.ts'
import { act } from '../recovery/context.ts'
import { segmentGone } from './holds.ts'

const lookAgainMs = 2000
const looksMax = 15

/** One PUT: disabled with our reason, and forced down. Then the list that binds, and the plan renewed on it. */
export async function isolate(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { ports, recovery } = ctx
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined) return { type: 'stopped', hold: segmentGone(recovery) }
  const isolation = await forceDown(ctx, recovery.host)
  if (typeof isolation === 'string')
    return { type: 'stopped', hold: { code: 'isolation', reason: isolation, releasedBy: 'world' } }
  for (let look = 0; look < looksMax; look += 1) {
    const drawn = await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal)
    if (drawn.complete) {
      const targets = await reserveAll(ctx, drawn, segment)
      if (targets === undefined) continue
      return {
        type: 'isolated',
        isolation: { ...isolation, ...recovery.isolation, ...reportOf(isolation) },
        servers: drawn.listed.map(server => asListed(server, drawn.policy)),
        plan: drawn.plan,
        targets
      }
    }
    await ctx.wait(lookAgainMs)
    if (ctx.interrupted()) return 'interrupted'
  }
  return {
    type: 'stopped',
    hold: {
      code: 'cloud',
      reason: "a cell of Nova can't be read, so the list of servers may not be complete",
      releasedBy: 'world'
    }
  }
}

/** Adds what is missing and says what it set; what others set stays theirs (rule 18). A string says why it could not. */
export async function forceDown(ctx: Context, name: string): Promise<Isolation | string> {
  const { cloud, clock } = ctx.ports
  const reason = isolationReason(ctx.recovery.id)
  let refusal: string | undefined
  for (let attempt = 0; attempt < 4; attempt += 1) {
    if (attempt > 1) await ctx.pause(lookAgainMs)
    const reading = await cloud.hosts(ctx.signal)
    const host = findHost(reading, name)
    if (host === undefined) return `Nova lists no nova-compute ${name} any more`
    const disable = host.status === 'enabled'
    if (host.forcedDown && !disable) return isolationOf(host, ctx, clock.now(), reading.atMs)
    const step = await act(
      ctx,
      { kind: 'isolate', target: name },
      'done',
      async signal => await cloud.isolate(host.serviceId, disable ? reason : undefined, signal)
    )
    refusal = step.error ?? refusal
  }
  return `${name} could not be forced down in Nova${refusal === undefined ? '' : `: ${refusal}`}`
}

/** Ours is what bears our mark, or what our own steps set. */
function isolationOf(host: Host, ctx: Context, nowMs: number, novaAtMs: number): Isolation {
  const sent = ctx.steps.some(
    step => step.kind === 'isolate' && step.target === host.name && (step.state === 'done' || step.state === 'sending')
  )
  return {
    disabledByUs: isIsolatedByUs(host.disabledReason),
    forcedDownByUs: sent || isIsolatedByUs(host.disabledReason),
    reason: host.disabledReason ?? '',
    atMs: nowMs,
    novaAtMs,
    ...reportOf(host)
  }
}

/** Isolated once more after it was fenced again, what was set first stays, and what it reported in between is old. */
function reportOf({ reportedAtMs }: Pick<Host, 'reportedAtMs'>): Pick<Isolation, 'reportedAtMs'> {
  return reportedAtMs === undefined ? {} : { reportedAtMs }
}

export function asListed(server: Server, policy?: Drawn['policy']): ListedServer {
  return {
    id: server.id,
    name: server.name,
    vmState: server.vmState,
    powerState: server.powerState,
    locked: server.locked,
    ...(server.taskState === undefined ? {} : { taskState: server.taskState }),
    ...(policy?.get(server.id)?.then === 'leaveStopped' ? { leaveStopped: true } : {})
  }
}
