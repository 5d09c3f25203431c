import { isForgotten, newestEvacuation, oldestAccepted, runningEvacuations } from '../../../core/fate.ts'
import type { Migration, Server } from '../../../core/inventory.ts'
import { isLeaving, unusual } from '../../../core/movable.ts'
import type { Move } from '../../../core/moves.ts'
import { movesOf } from '../../../core/moves.ts'
import type { Step } from '../../../core/step.ts'
import { lastStep } from '../../../core/step.ts'
import { CloudError } from '../../../errors.ts'
import { proofAgeMaxMs } from '../../judgement/power.ts'
import { failedAt } from '../../planning/pins.ts'
import type { Context } from '../../recovery/context.ts'
import { act, note, record } from '../../recovery/context.ts'
import { endedStep, follow, keepTo } from './others.ts'
import { needsPlan } from './outcome.ts'
import type { ReadServer } from './server-reader.ts'
import { createServerReader } from './server-reader.ts'
import { isStuck } from './stuck.ts'

const unsentPauseMs = 5000

/** Begins as many waiting moves as the limits allow; their requests run on while the next round looks. */
export function begin(ctx: Context, migrations: readonly Migration[], window: number): void {
  const moves = movesOf(ctx.recovery, ctx.steps)
  const perTarget = new Map<string, number>()
  let flying = 0
  for (const move of moves) {
    if (!ctx.memory.inFlight.has(move.server) && move.state !== 'sending' && move.state !== 'moving') continue
    // What is stuck leaves its place in the limits to others, but not the one on its target.
    count(perTarget, move.target)
    if (!isStuck(ctx, move)) flying += 1
  }
  const next: Beginning[] = []
  for (const move of inOrder(ctx, moves)) {
    if (flying >= window) break
    if (!mayBegin(ctx, move) || move.target === undefined) continue
    if ((perTarget.get(move.target) ?? 0) >= ctx.recovery.settings.evacuate.perTarget) continue
    flying += 1
    count(perTarget, move.target)
    next.push({ move, target: move.target })
  }
  const read = createServerReader(ctx, ctx.recovery.host, next.length)
  for (const one of next) launch(ctx, one.move.server, beginOne(ctx, one, migrations, read))
}

/** The plan's order: by priority, the largest first. */
function inOrder({ recovery }: Context, moves: readonly Move[]): Move[] {
  const places = new Map(recovery.plan?.moves.map(({ server }, index) => [server, index]))
  const placeOf = ({ server }: Move): number => places.get(server) ?? places.size
  return moves.toSorted((a, b) => placeOf(a) - placeOf(b))
}

interface Beginning {
  readonly move: Move
  readonly target: string
}

function count(perTarget: Map<string, number>, target: string | undefined): void {
  if (target !== undefined) perTarget.set(target, (perTarget.get(target) ?? 0) + 1)
}

function mayBegin(ctx: Context, move: Move): boolean {
  const last = lastStep(ctx.steps, 'evacuate', move.server)
  // What could not even be sent is not hammered.
  if (last?.unsent === true && ctx.ports.clock.now() - (last.endedAtMs ?? 0) < unsentPauseMs) return false
  return (
    move.state === 'waiting' &&
    !needsPlan(ctx, move) &&
    move.target !== undefined &&
    !ctx.memory.inFlight.has(move.server) &&
    ctx.recovery.targets[move.target]?.state === 'prepared'
  )
}

/** Keeps the request among those in flight until it is answered; its failure is thrown at the join. */
function launch(ctx: Context, server: string, work: Promise<void>): void {
  const { inFlight, failures } = ctx.memory
  inFlight.set(
    server,
    work.then(
      () => {
        inFlight.delete(server)
      },
      (error: unknown) => {
        inFlight.delete(server)
        failures.push(error)
      }
    )
  )
}

async function beginOne(
  ctx: Context,
  { move, target }: Beginning,
  migrations: readonly Migration[],
  read: ReadServer
): Promise<void> {
  if (!(await takePlaces(ctx, move))) return
  const step = await evacuate(ctx, move, target, migrations, await read(move.server))
  if (step?.state === 'sending' || step?.unsent === true) ctx.memory.trouble = true
}

/** Among the moves in flight, and in its group: two members of an anti-affinity group that are claimed at once can both land on one host. */
async function takePlaces({ lease, memory, ports, recovery }: Context, { server }: Move): Promise<boolean> {
  const { store, policy } = ports
  if (!(await store.takeSlot(lease, 'moves', policy.movesInFlight, server))) return false
  memory.places?.add(server)
  const group = recovery.plan?.moves.find(planned => planned.server === server)?.group
  return group === undefined || (await store.takeSlot(lease, `group:${group}`, 1, server))
}

/** Looks before it sends: what became of the server since the list was read decides. */
async function evacuate(
  ctx: Context,
  move: Move,
  target: string,
  listed: readonly Migration[],
  server: Server | undefined
): Promise<Step | undefined> {
  const settled = alreadySettled(ctx, server)
  if (settled !== undefined) return await skip(ctx, move, settled)
  // In the middle of a rebuild: of its user, or an evacuation that is younger than the list.
  const rebuilding = server?.taskState?.startsWith('rebuild') === true
  const migrations = rebuilding ? await ctx.ports.cloud.migrationsFrom(ctx.recovery.host, ctx.signal) : listed
  const running = runningEvacuations(migrations).find(
    one => one.server === move.server && !isForgotten(one, migrations, target, server)
  )
  if (running !== undefined && !isOnProvenHost(ctx, running)) return await follow(ctx, move, running)
  const copyAt = failedAt(move.server, migrations, ctx.recovery, ctx.recovery.isolation?.novaAtMs ?? 0)
  if (copyAt !== undefined && copyAt !== target) return await keepTo(ctx, move, copyAt)
  const afterMigration = newestEvacuation(move.server, migrations)
  const takesMigration = oldestAccepted(move.server, migrations)
  if (server !== undefined && (unusual.includes(server.vmState) || rebuilding)) {
    const reset = await act(
      ctx,
      { kind: 'reset', target: move.server },
      'done',
      async signal => await ctx.ports.cloud.resetToError(move.server, signal)
    )
    if (reset.state !== 'done') return await refused(ctx, move, target, reset)
  }
  return await act(
    ctx,
    {
      ...{ kind: 'evacuate', target: move.server, to: target, afterMigration },
      ...(takesMigration === undefined ? {} : { takesMigration })
    },
    'sent',
    async signal => {
      assertStillRight(ctx)
      return await ctx.ports.cloud.evacuate(move.server, target, signal)
    }
  )
}

/** A slow store or a slow Nova may lie between the look and this moment: what forbade it meanwhile must not be overtaken. */
function assertStillRight({ memory, ports }: Context): void {
  if (memory.halted === true) throw new CloudError('unreachable', 'not sent: the moves were stopped meanwhile')
  const { provenAtMs } = memory
  if (provenAtMs === undefined) throw new CloudError('unreachable', 'not sent: the proof has to be read again first')
  if ((memory.seenOnAtMs ?? 0) >= provenAtMs)
    throw new CloudError('unreachable', 'not sent: the host was seen on meanwhile')
  if (!isProofFresh({ memory, ports }))
    throw new CloudError('unreachable', 'not sent: the proof was not read again for too long')
}

/** No agent's word is older than a proof may be: a slow one's answer is as old as its question. */
export function isProofFresh({ memory, ports }: Pick<Context, 'memory' | 'ports'>): boolean {
  return memory.provenAtMs !== undefined && ports.clock.now() - memory.provenAtMs <= proofAgeMaxMs
}

/** What could not be reset can't be evacuated: it counts as an attempt, or it would be asked for ever. */
async function refused(ctx: Context, move: Move, to: string, reset: Step): Promise<Step> {
  const nowMs = ctx.ports.clock.now()
  const unsent = reset.unsent === true ? { unsent: true } : {}
  const error = `its state could not be reset: ${reset.error ?? 'the answer was lost'}`
  const step: Step = { ...endedStep(ctx, move, 'failed', error, nowMs), to, ...unsent }
  await record(ctx, { steps: [step], events: [note('step', `${move.name}: ${error}`, move.server)] })
  return step
}

/** Its target died and is proven off: the record will never end, and the server is free to go elsewhere. */
function isOnProvenHost(ctx: Context, migration: Migration): boolean {
  return migration.dest !== undefined && ctx.recovery.proofs[migration.dest] !== undefined
}

function alreadySettled(ctx: Context, server: Server | undefined): string | undefined {
  if (server === undefined) return 'it does not exist any more'
  if (isLeaving(server)) return 'it is being deleted'
  return server.host === ctx.recovery.host ? undefined : `it is on ${server.host ?? 'no host'} already`
}

async function skip(ctx: Context, move: Move, reason: string): Promise<Step> {
  const step = endedStep(ctx, move, 'skipped', reason, ctx.ports.clock.now())
  await record(ctx, { steps: [step], events: [note('step', `${move.name} is not moved: ${reason}`, move.server)] })
  ctx.ports.metrics.moveEnded('skipped')
  return step
}
