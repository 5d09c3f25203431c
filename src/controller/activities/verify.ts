import type { HostsReading, Server } from '../../core/inventory.ts'
import { findHost, isComplete, isUp } from '../../core/inventory.ts'
import { isLeaving } from '../../core/movable.ts'
import type { Move } from '../../core/moves.ts'
import { movesOf, restoreKind } from '../../core/moves.ts'
import type { Hold } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import type { Context } from '../recovery/context.ts'
import { asListed } from './isolate.ts'

const lookEveryMs = 2000
const settleMs = 90_000

/** Each moved server on a target that is up, as it was, its ports and volumes there; two lists of the host with nobody left. */
export async function verify(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { clock } = ctx.ports
  const untilMs = ctx.recovery.sinceMs + settleMs
  for (;;) {
    const seen = await lookAtHost(ctx)
    if (seen?.late !== undefined) return seen.late
    const complaints = seen === undefined ? [] : await complaintsOf(ctx)
    if (seen !== undefined && (complaints.length === 0 || clock.now() >= untilMs)) {
      const again = await lookAtHost(ctx)
      if (again !== undefined) return again.late ?? verdictOf(ctx, again.left, complaints)
    }
    if (clock.now() >= untilMs + settleMs) return { type: 'stopped', hold: unreadable }
    await ctx.wait(lookEveryMs)
    if (ctx.interrupted()) return 'interrupted'
  }
}

const unreadable: Hold = {
  code: 'cloud',
  reason: "a cell of Nova can't be read, so nobody knows whether servers are left",
  releasedBy: 'world'
}

/** Who was deleted or went elsewhere by now is not left behind (rule 8), nor whom a rule of the operator leaves. */
function verdictOf(ctx: Context, left: ReadonlySet<string>, complaints: readonly string[]): RecoveryEvent {
  const moves = movesOf(ctx.recovery, ctx.steps)
  const byPolicy = new Set(
    (ctx.recovery.plan?.staying ?? []).flatMap(({ because, server }) => (because === 'policy' ? server : []))
  )
  const unmoved = moves.filter(
    ({ state, server }) => left.has(server) && (state === 'failed' || (state === 'stays' && !byPolicy.has(server)))
  )
  const reasons = [...unmoved.map(move => `${move.name}: ${move.reason ?? 'not moved'}`), ...complaints]
  const kept = moves.filter(({ server }) => left.has(server) && byPolicy.has(server)).length
  return { type: 'verified', unmoved: reasons, because: reasons.join('; ') || allWell(kept) }
}

function allWell(kept: number): string {
  const said = 'every server is where and as it should be'
  return kept === 0 ? said : `${said}; ${kept} stayed, as the instance rules say`
}

interface HostSeen {
  /** Servers that are on it still, but for those that are being deleted. */
  readonly left: ReadonlySet<string>
  /** Some of them have no end: made, resized or moved there meanwhile. */
  readonly late?: RecoveryEvent
}

/** The failed host's servers, undefined while a cell is unreadable. */
async function lookAtHost(ctx: Context): Promise<HostSeen | undefined> {
  const { cloud } = ctx.ports
  const before = await cloud.hosts(ctx.signal)
  const listed = await cloud.serversOn(ctx.recovery.host, ctx.signal)
  const after = await cloud.hosts(ctx.signal)
  if (!isComplete(before) || !isComplete(after)) return undefined
  const staying = listed.filter(server => !isLeaving(server))
  const left = new Set(staying.map(server => server.id))
  const known = new Set(movesOf(ctx.recovery, ctx.steps).flatMap(move => (move.state === 'gone' ? [] : move.server)))
  const late = staying.filter(server => !known.has(server.id))
  if (late.length === 0) return { left }
  const because = `${late.map(server => server.name).join(', ')} appeared on ${ctx.recovery.host}`
  return { left, late: { type: 'lateServers', servers: late.map(server => asListed(server)), because } }
}

async function complaintsOf(ctx: Context): Promise<string[]> {
  const arrived = movesOf(ctx.recovery, ctx.steps).filter(move => move.state === 'arrived')
  const reading = await ctx.ports.cloud.hosts(ctx.signal)
  const complaints: string[] = []
  // A few at a time: each takes up to three calls.
  for (let at = 0; at < arrived.length; at += 4) {
    const found = await Promise.all(
      arrived.slice(at, at + 4).map(async move => {
        // What arrived on a target that died is moved on by that target's own recovery.
        if (move.target !== undefined && ctx.recovery.targets[move.target]?.state === 'lost') return undefined
        return await complaintOf(ctx, move, reading)
      })
    )
    complaints.push(...found.filter(complaint => complaint !== undefined))
  }
  return complaints
}

async function complaintOf(ctx: Context, move: Move, reading: HostsReading): Promise<string | undefined> {
  const { cloud } = ctx.ports
  const [server, ports, volumes] = await Promise.all([
    cloud.server(move.server, ctx.signal),
    cloud.portsOf(move.server, ctx.signal),
    cloud.attachmentsOf(move.server, ctx.signal)
  ])
  if (server === undefined || isLeaving(server) || server.host !== move.target) return undefined
  const target = findHost(reading, move.target ?? '')
  if (target === undefined || !isUp(target)) return `${move.name}: its target ${move.target} is not up`
  const wrong = statusComplaint(ctx, server)
  if (wrong !== undefined) return `${move.name} ${wrong}`
  const port = ports?.find(one => one.host !== move.target || (!one.active && server.vmState === 'active'))
  if (port !== undefined)
    return `${move.name}: port ${port.id} is ${port.active ? `bound to ${port.host}` : 'not active'}`
  const counts = new Map<string, number>()
  for (const one of volumes ?? []) counts.set(one.volume, (counts.get(one.volume) ?? 0) + 1)
  const twice = [...counts].find(([, count]) => count > 1)
  return twice === undefined ? undefined : `${move.name}: volume ${twice[0]} is attached ${twice[1]} times`
}

function statusComplaint(ctx: Context, server: Server): string | undefined {
  const before = ctx.recovery.servers.find(listed => listed.id === server.id)
  if (server.vmState === 'error') return `is in error${server.fault === undefined ? '' : `: ${server.fault}`}`
  if (
    before !== undefined &&
    restoreKind(before) === 'stop' &&
    server.vmState === 'active' &&
    server.taskState === undefined
  ) {
    // Its user may have started it since it arrived; that is theirs to do.
    const step = ctx.steps.find(one => one.kind === 'stop' && one.target === server.id)
    return step?.state === 'done' || step === undefined ? undefined : 'runs, though it should be stopped'
  }
  return undefined
}
