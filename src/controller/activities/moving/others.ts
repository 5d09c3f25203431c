import type { Migration } from '../../../core/inventory.ts'
import type { Move } from '../../../core/moves.ts'
import type { Step } from '../../../core/step.ts'
import { lastStep } from '../../../core/step.ts'
import type { Context } from '../../recovery/context.ts'
import { note, record } from '../../recovery/context.ts'

/** Somebody else's evacuation failed on another host since the plan was made: it may run there, so it goes nowhere else (rule 14). */
export async function keepTo(ctx: Context, move: Move, host: string): Promise<Step> {
  const error = `an evacuation by somebody else failed on ${host}`
  const step: Step = {
    ...endedStep(ctx, move, 'failed', error, ctx.ports.clock.now()),
    to: host,
    reached: true,
    unsent: true
  }
  await record(ctx, { steps: [step], events: [note('step', `${move.name}: ${error}`, move.server)] })
  return step
}

/** An evacuation that is not ours is followed to its end, never doubled. */
export async function follow(ctx: Context, move: Move, running: Migration): Promise<Step> {
  const attempt = (lastStep(ctx.steps, 'evacuate', move.server)?.attempt ?? 0) + 1
  const step: Step = {
    kind: 'evacuate',
    target: move.server,
    attempt,
    state: 'sent',
    intentAtMs: ctx.ports.clock.now(),
    afterMigration: running.id - 1,
    migration: running.id,
    ...(running.dest === undefined ? {} : { to: running.dest })
  }
  await record(ctx, {
    steps: [step],
    events: [
      note(
        'step',
        `${move.name} is being evacuated by somebody else (record ${running.id}): it is followed`,
        move.server
      )
    ]
  })
  return step
}

/** An attempt that ended without having been sent. */
export function endedStep(ctx: Context, move: Move, state: 'failed' | 'skipped', error: string, nowMs: number): Step {
  const attempt = (lastStep(ctx.steps, 'evacuate', move.server)?.attempt ?? 0) + 1
  return { kind: 'evacuate', target: move.server, attempt, state, intentAtMs: nowMs, endedAtMs: nowMs, error }
}
