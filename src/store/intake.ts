import type { Selectable } from 'kysely'
import type { Disposition, NewSignal, OperatorStore, Received, TimelineEvent } from '../controller/ports/ports.ts'
import type { SignalOutcome } from '../core/signal.ts'
import { newId } from '../new-id.ts'
import type { SignalRow } from './database/tables.ts'
import type { Transactions, Tx } from './database/transactions.ts'
import { joinOpenRecovery, openRecovery } from './recoveries/open-recovery.ts'

/** What a signal is about, once its host is known as well as it will be. */
interface Subject {
  readonly signal: string
  readonly source: string
  readonly actor: string
  readonly host: string | null
  readonly alarmId: string | null
}

interface Placed {
  readonly outcome: SignalOutcome
  readonly because: string
  readonly recovery: string | null
  readonly cleared: boolean
}

/** Signals: each is committed together with what it opens or joins, and answered only then. */
export function createIntake({ now, write }: Transactions): Pick<OperatorStore, 'receive' | 'settle'> {
  async function place(tx: Tx, subject: Subject, disposition: Disposition): Promise<Placed> {
    const { because } = disposition
    if (disposition.outcome !== 'open') {
      if (disposition.clears !== true) return { outcome: disposition.outcome, because, recovery: null, cleared: false }
      const recovery = await clear(tx, subject, because)
      return { outcome: recovery === null ? disposition.outcome : 'joined', because, recovery, cleared: true }
    }
    const { recovery } = disposition
    const joined = await joinOpenRecovery(tx, now, recovery.host, eventOf('signal', subject, because))
    if (joined !== undefined) return { outcome: 'joined', because, recovery: joined, cleared: false }
    await openRecovery(tx, now, recovery, eventOf('opened', subject, because), 1)
    return { outcome: 'opened', because, recovery: recovery.id, cleared: false }
  }

  /** Marks the open signals of this alarm and host, and joins their recovery if it is open still. */
  async function clear(tx: Tx, subject: Subject, because: string): Promise<string | null> {
    const { alarmId, host } = subject
    if (alarmId === null) return null
    await tx
      .updateTable('signals')
      .set({ cleared: 1 })
      .where('alarm_id', '=', alarmId)
      .where('host', host === null ? 'is' : '=', host)
      .where('cleared', '=', 0)
      .execute()
    if (host === null || !(await concerns(tx, alarmId, host))) return null
    return (await joinOpenRecovery(tx, now, host, eventOf('signal', subject, because))) ?? null
  }

  return {
    receive: (signal, disposition) =>
      write(async tx => {
        const known = await findDuplicate(tx, signal.dedupeKey)
        if (known !== undefined) return known
        const host = signal.host ?? (disposition.outcome === 'open' ? disposition.recovery.host : null)
        const subject = { ...signal, signal: newId(), host, alarmId: signal.alarm?.id ?? null }
        const placed = await place(tx, subject, disposition)
        await tx
          .insertInto('signals')
          .values({ ...rowOf(signal), ...columnsOf(placed, disposition), id: subject.signal, host, received_at: now() })
          .execute()
        return answer(subject.signal, placed)
      }),

    settle: (id, givenHost, disposition) =>
      write(async tx => {
        // First of all the row's own change, so that two that settle it at once can't both go on.
        const { numUpdatedRows } = await tx
          .updateTable('signals')
          .set({ settled_at: now() })
          .where('id', '=', id)
          .where('outcome', 'in', ['received', 'unresolved'])
          .executeTakeFirst()
        const row = await tx.selectFrom('signals').selectAll().where('id', '=', id).executeTakeFirst()
        if (row === undefined) throw new Error(`there is no signal ${id}`)
        if (numUpdatedRows !== 1n) return answerOf(row)
        const host = givenHost ?? row.host ?? (disposition.outcome === 'open' ? disposition.recovery.host : null)
        const subject = { signal: id, source: row.source, actor: row.actor, host, alarmId: row.alarm_id }
        const placed = await place(tx, subject, disposition)
        await tx
          .updateTable('signals')
          .set({ ...columnsOf(placed, disposition), host })
          .where('id', '=', id)
          .execute()
        return answer(id, placed)
      })
  }
}

async function findDuplicate(tx: Tx, dedupeKey: string | undefined): Promise<Received | undefined> {
  if (dedupeKey === undefined) return undefined
  const row = await tx
    .selectFrom('signals')
    .select(['id', 'outcome', 'because', 'recovery_id'])
    .where('dedupe_key', '=', dedupeKey)
    .executeTakeFirst()
  return row && { ...answerOf(row), isKnown: true }
}

/** Some signal of this alarm belongs to the open recovery of `host`. */
async function concerns(tx: Tx, alarmId: string, host: string): Promise<boolean> {
  const row = await tx
    .selectFrom('signals')
    .innerJoin('recoveries', 'recoveries.id', 'signals.recovery_id')
    .select('signals.id')
    .where('signals.alarm_id', '=', alarmId)
    .where('recoveries.active_key', '=', host)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function eventOf(kind: string, subject: Subject, text: string): TimelineEvent {
  return { kind, actor: subject.actor, text, data: { signal: subject.signal, source: subject.source } }
}

function rowOf(signal: NewSignal) {
  return {
    dedupe_key: signal.dedupeKey ?? null,
    source: signal.source,
    actor: signal.actor,
    alarm_id: signal.alarm?.id ?? null,
    alarm: signal.alarm === undefined ? null : JSON.stringify(signal.alarm),
    reason: signal.reason ?? null,
    body: signal.body ?? null
  }
}

function columnsOf(placed: Placed, { rules = [] }: Disposition) {
  return {
    rules: rules.length === 0 ? null : JSON.stringify(rules),
    outcome: placed.outcome,
    because: placed.because,
    recovery_id: placed.recovery,
    cleared: placed.cleared ? 1 : 0
  }
}

function answerOf(row: Pick<Selectable<SignalRow>, 'id' | 'outcome' | 'because' | 'recovery_id'>): Received {
  const { id, because, recovery_id: recovery } = row
  return answer(id, { outcome: row.outcome as SignalOutcome, because, recovery })
}

function answer(signal: string, { outcome, because, recovery }: Omit<Placed, 'cleared'>): Received {
  return { signal, outcome, because, ...(recovery !== null && { recovery }) }
}
