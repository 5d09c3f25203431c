import type { Selectable } from 'kysely'
import type { Command, CommandKind, StoredEvent, StoredRecovery } from '../controller/ports/ports.ts'
import type { Recovery } from '../core/recovery.ts'
import type { Trial } from '../core/rules.ts'
import type { AlarmFacts, Signal, SignalOutcome, SignalSource } from '../core/signal.ts'
import type { CommandRow, EventRow, RecoveryRow, SignalRow } from './database/tables.ts'

export const recoveryColumns = ['id', 'version', 'data', 'owner', 'active_key', 'closed_at'] as const

export function toStored(
  row: Pick<RecoveryRow, 'version' | 'data' | 'owner' | 'active_key' | 'closed_at'>
): StoredRecovery {
  return {
    recovery: JSON.parse(row.data) as Recovery,
    version: row.version,
    ...(row.closed_at !== null && { closedAtMs: row.closed_at }),
    ...(row.active_key !== null && row.owner !== null && { owner: row.owner })
  }
}

export function toSignal(row: Selectable<SignalRow>): Signal {
  return {
    id: row.id,
    source: row.source as SignalSource,
    actor: row.actor,
    receivedAtMs: row.received_at,
    ...(row.host !== null && { host: row.host }),
    ...(row.alarm !== null && { alarm: JSON.parse(row.alarm) as AlarmFacts }),
    ...(row.reason !== null && { reason: row.reason }),
    outcome: row.outcome as SignalOutcome,
    because: row.because,
    ...(row.recovery_id !== null && { recovery: row.recovery_id }),
    cleared: row.cleared === 1,
    ...(row.rules !== null && { rules: JSON.parse(row.rules) as Trial[] })
  }
}

export function toEvent(row: Selectable<EventRow>): StoredEvent {
  return {
    recovery: row.recovery_id,
    seq: row.seq,
    atMs: row.at,
    kind: row.kind,
    actor: row.actor,
    ...(row.target !== null && { target: row.target }),
    text: row.text,
    ...(row.data !== null && { data: JSON.parse(row.data) as unknown })
  }
}

export function toCommand(row: Selectable<CommandRow>): Command {
  return {
    id: row.id,
    recovery: row.recovery_id,
    kind: row.kind as CommandKind,
    actor: row.actor,
    reason: row.reason,
    version: row.version,
    ...(row.host !== null && { host: row.host }),
    ...(row.server !== null && { server: row.server }),
    atMs: row.at
  }
}
