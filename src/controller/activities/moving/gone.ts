import type { Step } from '../../../core/step.ts'
import type { Context } from '../../recovery/context.ts'

const lookEveryMs = 10_000

/**
 * Ids of servers on their way that do not exist any more. The record of one that its user deleted may never come to an end,
 * so now and then the failed host's list is asked who is still there.
 */
export async function goneServers(ctx: Context, open: readonly Step[]): Promise<ReadonlySet<string>> {
  const { clock, cloud } = ctx.ports
  const nowMs = clock.now()
  const old = open.filter(step => step.state === 'sent' && nowMs - step.intentAtMs >= lookEveryMs)
  if (old.length === 0 || nowMs - (ctx.memory.goneLookedAtMs ?? 0) < lookEveryMs) return new Set()
  ctx.memory.goneLookedAtMs = nowMs
  const listed = new Set((await cloud.serversOn(ctx.recovery.host, ctx.signal)).map(server => server.id))
  const missing = old.map(step => step.target).filter(id => !listed.has(id))
  // Not on the host: it has arrived, or is gone, or its cell can't be read.
  const found = await Promise.all(missing.map(async id => await cloud.server(id, ctx.signal)))
  return new Set(missing.filter((_, index) => found[index] === undefined))
}
