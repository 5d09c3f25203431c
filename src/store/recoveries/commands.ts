import type { OperatorStore } from '../../controller/ports/ports.ts'
import type { Recovery } from '../../core/recovery.ts'
import { newId } from '../../new-id.ts'
import type { Transactions, Tx } from '../database/transactions.ts'
import { appendEvents } from './events.ts'
import { openRecovery } from './open-recovery.ts'
import { handOverTargets } from './targets.ts'

type NewCommand = Parameters<OperatorStore['command']>[0]
type Answer = Awaited<ReturnType<OperatorStore['command']>>

/** Operators' commands: taken by any replica, for the version of the recovery that the person saw. */
export function createCommands({ now, write }: Transactions): Pick<OperatorStore, 'command'> {
  return {
    command: (command, successor) =>
      write(async tx => {
        const { numUpdatedRows } = await tx
          .updateTable('recoveries')
          .set(eb => ({ seq: eb('seq', '+', 1) }))
          .where('id', '=', command.recovery)
          .where('version', '=', command.version)
          .where('active_key', 'is not', null)
          .executeTakeFirst()
        if (numUpdatedRows !== 1n) return answerOtherwise(tx, now, command, successor)
        await insert(tx, now, command, undefined)
        await say(tx, now, command, `${command.kind}: ${command.reason}`)
        return 'accepted'
      })
  }
}

/** Not found, changed meanwhile, or closed; a partial one may be taken up again by a successor. */
async function answerOtherwise(
  tx: Tx,
  now: Transactions['now'],
  command: NewCommand,
  successor: Recovery | undefined
): Promise<Answer> {
  const row = await tx
    .selectFrom('recoveries')
    .select(['version', 'state', 'active_key'])
    .where('id', '=', command.recovery)
    .executeTakeFirst()
  if (row === undefined) return 'not-found'
  if (row.active_key !== null) return 'stale'
  if (command.kind !== 'retry' || row.state !== 'partial' || successor === undefined) return 'closed'
  // Counted up, so that the same click twice doesn't open two, one after the other.
  const { numUpdatedRows } = await tx
    .updateTable('recoveries')
    .set(eb => ({ seq: eb('seq', '+', 1), version: eb('version', '+', 1) }))
    .where('id', '=', command.recovery)
    .where('version', '=', command.version)
    .executeTakeFirst()
  return numUpdatedRows === 1n ? openSuccessor(tx, now, command, successor) : 'stale'
}

async function openSuccessor(
  tx: Tx,
  now: Transactions['now'],
  command: NewCommand,
  successor: Recovery
): Promise<Answer> {
  const open = await tx
    .selectFrom('recoveries')
    .select('id')
    .where('active_key', '=', successor.host)
    .executeTakeFirst()
  const recovery = open?.id ?? successor.id
  if (open === undefined) {
    const text = `continues ${command.recovery}: ${command.reason}`
    await openRecovery(tx, now, successor, { kind: 'opened', actor: command.actor, text }, 0)
    await handOverTargets(tx, now, command.recovery, successor.id)
  }
  await insert(tx, now, command, `recovery ${recovery} goes on with it`)
  await say(tx, now, command, `retry: ${command.reason}; recovery ${recovery} goes on with it`)
  return { recovery }
}

async function insert(
  tx: Tx,
  now: Transactions['now'],
  command: NewCommand,
  result: string | undefined
): Promise<void> {
  await tx
    .insertInto('commands')
    .values({
      id: newId(),
      recovery_id: command.recovery,
      kind: command.kind,
      actor: command.actor,
      reason: command.reason,
      version: command.version,
      host: command.host ?? null,
      server: command.server ?? null,
      at: now(),
      result: result ?? null,
      done_at: result === undefined ? null : now()
    })
    .execute()
}

/** The row's `seq` was counted up by this transaction. */
async function say(tx: Tx, now: Transactions['now'], command: NewCommand, text: string): Promise<void> {
  const target = command.server ?? command.host
  const { seq } = await tx
    .selectFrom('recoveries')
    .select('seq')
    .where('id', '=', command.recovery)
    .executeTakeFirstOrThrow()
  const event = { kind: 'command', actor: command.actor, text, ...(target !== undefined && { target }) }
  await appendEvents(tx, now, command.recovery, seq, [event], null)
}
