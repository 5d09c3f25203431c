import type { Fate } from '../../../core/fate.ts'
import { endOf, fateOf } from '../../../core/fate.ts'
import type { Migration, Server } from '../../../core/inventory.ts'
import { isLeaving } from '../../../core/movable.ts'
import { isOpen, restoreKind } from '../../../core/moves.ts'
import type { Step } from '../../../core/step.ts'
import { lastStep } from '../../../core/step.ts'
import type { Context } from '../../recovery/context.ts'
import { act, note, record, stepText } from '../../recovery/context.ts'
import { goneServers } from './gone.ts'
import { createServerReader } from './server-reader.ts'

/**
 * After this long a request that was cut off can no longer arrive: its own timeout of a minute, and a quiet time in which
 * a busy API works off what waits in front of it. Nobody is hurt by waiting.
 */
export const unknownMs = 180_000
const oldRecordMs = 60_000
const restoreMs = 180_000
const restoresMax = 3

/** Follows every attempt to its end, and brings what arrived back into the state that it had. Answers how many ended. */
export async function settle(ctx: Context, migrations: readonly Migration[]): Promise<number> {
  const ended = await settleMoves(ctx, migrations)
  await settleRestores(ctx)
  for (const step of ctx.steps) if (step.kind === 'evacuate' && step.state === 'done') await restore(ctx, step.target)
  return ended
}

/** Follows every attempt that has no end yet by Nova's records, and does nothing to the cloud. Answers how many ended. */
export async function settleMoves(ctx: Context, migrations: readonly Migration[]): Promise<number> {
  const open = ctx.steps.filter(
    step => step.kind === 'evacuate' && isOpen(step) && !ctx.memory.inFlight.has(step.target)
  )
  const gone = await goneServers(ctx, open)
  const readArrived = createArrivals(ctx, open, migrations)
  const settled = (
    await Promise.all(
      open.map(async step =>
        gone.has(step.target)
          ? deleted(step, ctx.ports.clock.now())
          : await settleOne(ctx, step, migrations, readArrived)
      )
    )
  ).filter(step => step !== undefined)
  await write(ctx, settled)
  const ended = settled.filter(step => !isOpen(step))
  for (const step of ended) ctx.ports.metrics.moveEnded(step.state)
  return ended.length
}

function deleted(step: Step, endedAtMs: number): Step {
  return { ...step, state: 'skipped', error: 'it was deleted meanwhile', endedAtMs }
}

/** How a server is read whose record is done: those that came to one target together. */
function createArrivals(
  ctx: Context,
  open: readonly Step[],
  migrations: readonly Migration[]
): (step: Step) => Promise<Server | undefined> {
  const done = open.filter(step => fateOf(step, migrations).is === 'done')
  const readers = new Map(
    [...Map.groupBy(done, step => step.to ?? '')].map(([target, steps]) => [
      target,
      createServerReader(ctx, target, target === '' ? 0 : steps.length)
    ])
  )
  return async step => await readers.get(step.to ?? '')?.(step.target)
}

async function write(ctx: Context, steps: readonly Step[]): Promise<void> {
  if (steps.length === 0) return
  const ended = steps.filter(step => !isOpen(step))
  await record(ctx, {
    steps,
    events: ended.map(step =>
      note('step', `${stepText(step)}: ${step.state}${step.error === undefined ? '' : ` (${step.error})`}`, step.target)
    )
  })
}

async function settleOne(
  ctx: Context,
  step: Step,
  migrations: readonly Migration[],
  readArrived: (step: Step) => Promise<Server | undefined>
): Promise<Step | undefined> {
  const nowMs = ctx.ports.clock.now()
  const fate = fateOf(step, migrations)
  switch (fate.is) {
    case 'unknown':
      return step.state === 'sending' && nowMs - step.intentAtMs > unknownMs
        ? {
            ...step,
            state: 'failed',
            unsent: true,
            error: 'Nova has no record of it: the request never arrived',
            endedAtMs: nowMs
          }
        : undefined
    case 'running':
      return await underWay(ctx, step, fate, nowMs)
    case 'failed':
      return await failed(ctx, step, fate.migration, fate.reached, nowMs)
    case 'done':
      return finished(ctx, step, fate.migration, await readArrived(step), nowMs)
  }
}

/** Nova is at it, unless a record beside it tells how it ended, or its target is off. */
async function underWay(
  ctx: Context,
  step: Step,
  { migration, ended }: Fate & { readonly is: 'running' },
  nowMs: number
): Promise<Step | undefined> {
  const beside = await (ended === undefined ? elsewhere(ctx, step, migration, nowMs) : besides(ctx, step, ended, nowMs))
  if (beside !== undefined) return beside
  const known = withRecord(step, migration)
  if (known.to !== undefined && ctx.recovery.proofs[known.to] !== undefined) return endedAtProven(known, nowMs)
  return step.state === 'sending' ? { ...known, state: 'sent' } : undefined
}

/** Its record has no end in Nova any more: the host is off. */
export function endedAtProven(step: Step, endedAtMs: number): Step {
  return { ...step, state: 'failed', reached: true, error: `${step.to} failed and is proven off`, endedAtMs }
}

/**
 * Of two evacuations of a server at once (one came late, from a replica that lost its lease) Nova's compute may take up the
 * same record twice, and the other one says `accepted` for ever: seen with Nova 31 (2025.1). undefined while somebody works at it.
 */
async function besides(ctx: Context, step: Step, ended: Migration, nowMs: number): Promise<Step | undefined> {
  const server = await ctx.ports.cloud.server(step.target, ctx.signal)
  if (server?.taskState !== undefined) return undefined
  const fate = endOf(ended)
  if (fate?.is === 'failed') return await failed(ctx, step, ended, fate.reached, nowMs)
  return fate && finished(ctx, step, ended, server, nowMs)
}

/** Nova took up a record that a lost target of another host has left, and never touches ours: the server's host tells. */
async function elsewhere(ctx: Context, step: Step, migration: Migration, nowMs: number): Promise<Step | undefined> {
  if (migration.status !== 'accepted' || nowMs - step.intentAtMs < oldRecordMs) return undefined
  const server = await ctx.ports.cloud.server(step.target, ctx.signal)
  const isThere = server?.taskState === undefined && server?.host !== undefined && server.host === step.to
  return isThere ? finished(ctx, step, migration, server, nowMs) : undefined
}

async function failed(ctx: Context, step: Step, migration: Migration, reached: boolean, nowMs: number): Promise<Step> {
  const server = await ctx.ports.cloud.server(step.target, ctx.signal)
  if (server === undefined || isLeaving(server)) return deleted(withRecord(step, migration), nowMs)
  const ended = { ...withRecord(step, migration), endedAtMs: nowMs }
  const error = server.fault ?? (reached ? 'the target could not start it' : 'No valid host was found')
  return { ...ended, state: 'failed', error, ...(reached ? { reached: true } : {}) }
}

/** The record is `done`, and the server's host has changed: only both together are a success. */
function finished(
  ctx: Context,
  step: Step,
  migration: Migration,
  server: Server | undefined,
  nowMs: number
): Step | undefined {
  if (server === undefined || isLeaving(server)) return deleted(withRecord(step, migration), nowMs)
  const ended = { ...withRecord(step, migration), endedAtMs: nowMs }
  if (server.host === ctx.recovery.host) return undefined
  return {
    ...ended,
    state: 'done',
    ...(server.host === undefined || server.host === step.to ? {} : { error: `it is on ${server.host} by now` })
  }
}

/** One that somebody else began may not have named its target at first. */
function withRecord(step: Step, migration: Migration): Step {
  const to = step.to ?? migration.dest
  return { ...step, migration: migration.id, ...(to === undefined ? {} : { to }) }
}

/**
 * Nova starts a server that was in error: one that had been stopped before is stopped again, by our own record only.
 * Looked at once for each that arrived, also after a restart.
 */
async function restore(ctx: Context, id: string): Promise<void> {
  const before = ctx.recovery.servers.find(listed => listed.id === id)
  const last = lastStep(ctx.steps, 'stop', id)
  if (before === undefined || restoreKind(before) === undefined || ctx.memory.restored.has(id)) return
  if (last !== undefined && (last.state !== 'failed' || last.attempt >= restoresMax)) return
  const server = await ctx.ports.cloud.server(id, ctx.signal)
  if (server?.vmState === 'active' && server.taskState === undefined) {
    await act(ctx, { kind: 'stop', target: id }, 'sent', async signal => await ctx.ports.cloud.stop(id, signal))
  } else if (server?.taskState === undefined) ctx.memory.restored.add(id)
}

async function settleRestores(ctx: Context): Promise<void> {
  const open = ctx.steps.filter(step => step.kind === 'stop' && isOpen(step))
  for (const step of open) {
    const server = await ctx.ports.cloud.server(step.target, ctx.signal)
    const nowMs = ctx.ports.clock.now()
    const limitMs = step.state === 'sending' ? unknownMs : restoreMs
    if (server === undefined || server.vmState === 'stopped') {
      await write(ctx, [{ ...step, state: 'done', endedAtMs: nowMs }])
    } else if (nowMs - step.intentAtMs > limitMs) {
      await write(ctx, [{ ...step, state: 'failed', error: `it is ${server.vmState}, not stopped`, endedAtMs: nowMs }])
    }
  }
}
