import type { Host } from '../../core/inventory.ts'
import { findHost, isUp } from '../../core/inventory.ts'
import { spareReason } from '../../core/marks.ts'
import type { Recovery, TargetUse } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { CloudError } from '../../errors.ts'
import type { TimelineEvent } from '../ports/ports.ts'
import type { Context } from '../recovery/context.ts'
import { act, Disarmed, isWorldError, note } from '../recovery/context.ts'

const traitWaitMs = 120_000
const lookEveryMs = 250

/** Enables each spare of the plan, waits until the scheduler may use it, and puts it into the failed host's aggregates. */
export async function prepare(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  // A cancelled recovery only follows what is under way.
  if (ctx.recovery.cancelling !== undefined) return { type: 'prepared', targets: ctx.recovery.targets }
  const targets: Record<string, TargetUse> = { ...ctx.recovery.targets }
  for (const host of ctx.recovery.plan?.targets ?? []) {
    // A plan that was renewed may name one that this recovery has taken without having written it down.
    const use = targets[host] ?? {
      state: 'reserved',
      isSpare: ctx.ports.policy.segment(ctx.recovery.segment)?.spares.includes(host) ?? false
    }
    if (use.state === 'prepared') continue
    const outcome = await prepareOne(ctx, host, use)
    if (outcome === 'interrupted') return 'interrupted'
    if (outcome !== undefined)
      return {
        type: 'targetChanged',
        host,
        use: { ...use, state: 'failed', reason: outcome },
        because: `${host} ${outcome}`
      }
    targets[host] = { ...use, state: 'prepared' }
  }
  return { type: 'prepared', targets }
}

const triesMax = 4
const tryAgainMs = 2000

async function prepareOne(ctx: Context, host: string, use: TargetUse): Promise<string | 'interrupted' | undefined> {
  let objection: string | undefined
  for (let attempt = 0; attempt < triesMax; attempt += 1) {
    await ctx.wait(attempt > 0 ? tryAgainMs : 0)
    if (ctx.interrupted()) return 'interrupted'
    const found = findHost(await ctx.ports.cloud.hosts(ctx.signal), host)
    if (found === undefined || !isUp(found)) return 'is not up'
    if (!use.isSpare && found.status !== 'enabled') return `is ${found.status}`
    objection = use.isSpare ? ((await joinAggregates(ctx, host)) ?? (await enable(ctx, found))) : undefined
    if (objection === undefined) return await schedulable(ctx, host)
  }
  return objection
}

/** Looks first, so that an answer that was lost is found out by the next look. */
async function enable(ctx: Context, found: Host): Promise<string | undefined> {
  if (found.status === 'enabled') return undefined
  if (found.disabledReason !== spareReason) return `was disabled by others ("${found.disabledReason ?? ''}")`
  const step = await act(ctx, { kind: 'enable', target: found.name }, 'done', async signal => {
    return await ctx.ports.cloud.enable(found.serviceId, signal)
  })
  return step.state === 'done' ? undefined : `could not be enabled: ${step.error ?? 'the answer was lost'}`
}

/** Nova refuses a disabled host by a trait that goes a while after the enabling (up to a minute when the synchronous update was lost). */
async function schedulable(ctx: Context, host: string): Promise<string | 'interrupted' | undefined> {
  const untilMs = ctx.ports.clock.now() + traitWaitMs
  for (;;) {
    const [room] = await ctx.ports.cloud.rooms([host], ctx.signal)
    if (room?.schedulable === true) return undefined
    if (ctx.ports.clock.now() >= untilMs) return 'is enabled, but Placement still calls it disabled'
    await ctx.wait(lookEveryMs)
    if (ctx.interrupted()) return 'interrupted'
  }
}

/** The failed host's aggregates decide which servers may run where; the spare joins those it is not in. */
async function joinAggregates(ctx: Context, host: string): Promise<string | undefined> {
  const { cloud } = ctx.ports
  const missing = (await cloud.aggregates(ctx.signal)).filter(
    one => one.hosts.includes(ctx.recovery.host) && !one.hosts.includes(host)
  )
  for (const aggregate of missing) {
    const step = await act(ctx, { kind: 'aggregate', target: host, to: String(aggregate.id) }, 'done', async signal => {
      try {
        return await cloud.addToAggregate(aggregate.id, host, signal)
      } catch (error) {
        if (!(error instanceof CloudError && error.code === 'conflict')) throw error
        const now = (await cloud.aggregates(signal)).find(one => one.id === aggregate.id)
        if (now?.hosts.includes(host) !== true) throw error
        return {}
      }
    })
    if (step.state !== 'done')
      return `could not join aggregate ${aggregate.name}: ${step.error ?? 'the answer was lost'}`
  }
  return undefined
}

/**
 * Disables again what was enabled for this recovery and not used, and says which targets are free again (rule 15). One
 * that failed before anything was sent to it is disabled as well, and stays with this recovery.
 */
export async function tidyTargets(
  ctx: Context
): Promise<{ readonly freed: string[]; readonly notes: TimelineEvent[] }> {
  const freed: string[] = []
  const notes: TimelineEvent[] = []
  for (const [host, use] of Object.entries(ctx.recovery.targets)) {
    const asked = ctx.steps.some(step => step.kind === 'evacuate' && step.to === host && step.unsent !== true)
    if (use.state === 'lost' || asked || ctx.recovery.proofs[host] !== undefined) continue
    const enabled = use.isSpare && ctx.steps.some(step => step.kind === 'enable' && step.target === host)
    if (enabled && !(await disableAgain(ctx, host))) {
      notes.push(
        note('note', `${host} was enabled for this recovery and stays enabled: disable it, or run spares adopt`, host)
      )
    } else if (use.state !== 'failed') freed.push(host)
  }
  return { freed, notes }
}

async function disableAgain(ctx: Context, host: string): Promise<boolean> {
  for (let attempt = 0; attempt < triesMax; attempt += 1) {
    if (attempt > 0) await ctx.pause(tryAgainMs)
    try {
      const found = findHost(await ctx.ports.cloud.hosts(ctx.signal), host)
      if (found?.status !== 'enabled') return true
      await act(ctx, { kind: 'disable', target: host }, 'done', async signal => {
        return await ctx.ports.cloud.disable(found.serviceId, spareReason, signal)
      })
    } catch (error) {
      if (error instanceof Disarmed) return false
      if (!isWorldError(error)) throw error
    }
  }
  return false
}

/** The targets without those given back. */
export function withoutTargets(recovery: Recovery, freed: readonly string[]): Recovery['targets'] {
  return Object.fromEntries(Object.entries(recovery.targets).filter(([host]) => !freed.includes(host)))
}
