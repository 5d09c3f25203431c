import type { Obedience } from '../../core/obey.ts'
import { obey } from '../../core/obey.ts'
import { StoreUnavailable } from '../../errors.ts'
import { isArmed } from '../judgement/check-guards.ts'
import type { Change, Command } from '../ports/ports.ts'
import type { Context } from './context.ts'
import { record } from './context.ts'

/** What a person's word means for the recovery as it is now, and the answer, to be written together with what it changes. */
export function judge(
  { ports, recovery, version, steps }: Context,
  command: Command
): { readonly answer: Obedience; readonly told: Change } {
  const answer = obey(recovery, version, command, {
    nowMs: ports.clock.now(),
    approvalMs: ports.policy.approvalMinutes * 60_000,
    steps
  })
  const refused = 'refused' in answer
  const text = refused ? `${command.kind} of ${command.actor} refused: ${answer.refused}` : answer.said
  const told: Change = {
    commands: [{ id: command.id, result: text }],
    events: [{ kind: 'command', actor: command.actor, text, data: { command: command.kind, refused } }]
  }
  return { answer, told }
}

/**
 * Woken in the middle of its work: must that be left off? A word that is refused is answered while the work goes on, and one on
 * arming matters where it disarms. What is held looks again at whatever it was woken for. While the store is away the work goes
 * on: words wait in it and are heard later, and each deed asks for the arming itself.
 */
export async function mustLeaveOff(ctx: Context): Promise<boolean> {
  const { store } = ctx.ports
  const { state } = ctx.recovery.phase
  if (state === 'held') {
    // It goes on when it is armed, and may be disarmed again.
    delete ctx.memory.disarmed
    return true
  }
  try {
    for (const command of await store.commands(ctx.recovery.id)) {
      const { answer, told } = judge(ctx, command)
      if (!('refused' in answer)) return true
      await record(ctx, told)
    }
    return (await isDisarmedNow(ctx)) || (state === 'fencing' && isFencedOtherwise(ctx))
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return false
  }
}

/** Since this run last asked. */
async function isDisarmedNow({ ports, recovery, memory }: Context): Promise<boolean> {
  const was = memory.disarmed === true
  memory.disarmed = !isArmed(recovery.segment, await ports.store.arming(), ports.policy)
  return memory.disarmed && !was
}

/** By what was loaded since this climb began. */
function isFencedOtherwise({ ports: { policy }, recovery, memory }: Context): boolean {
  const { fencing } = policy.segment(recovery.segment) ?? {}
  return memory.ladder !== undefined && JSON.stringify(fencing) !== JSON.stringify(memory.ladder)
}
