import type { OperatorStore, RecoveryStore } from '../../controller/ports/ports.ts'
import type { Recovery, TargetUse } from '../../core/recovery.ts'
import type { TargetRow } from '../database/tables.ts'
import type { Transactions, Tx } from '../database/transactions.ts'
import { guard } from './guard.ts'

type TargetStore = Pick<RecoveryStore, 'reserveTarget' | 'targets' | 'openHosts'> & Pick<OperatorStore, 'freeTarget'>

/** Targets: a row each, for one recovery at a time, by compare-and-set on the row's version. */
export function createTargets({ now, read, write }: Transactions): TargetStore {
  return {
    reserveTarget: (lease, host) =>
      write(async tx => {
        await guard(tx, now, lease)
        const row = await find(tx, host)
        if (row?.recovery_id === lease.recovery) return true
        if (await hasRecovery(tx, host)) return false
        const mine = { state: 'reserved', recovery_id: lease.recovery } as const
        if (row !== undefined) return row.state === 'free' && (await change(tx, now, row, mine))
        await tx
          .insertInto('targets')
          .values({ host, ...mine, version: 1, changed_at: now() })
          .execute()
        return true
      }),

    async targets() {
      const rows = await read(db =>
        db.selectFrom('targets').select(['host', 'recovery_id']).where('state', '<>', 'free').orderBy('host').execute()
      )
      const held: Record<string, string> = {}
      for (const row of rows) if (row.recovery_id !== null) held[row.host] = row.recovery_id
      return held
    },

    async openHosts() {
      const rows = await read(db =>
        db.selectFrom('recoveries').select(['id', 'host']).where('active_key', 'is not', null).orderBy('host').execute()
      )
      return Object.fromEntries(rows.map(({ id, host }) => [host, id]))
    },

    freeTarget: (host, seenAtMs) =>
      write(async tx => {
        const row = await find(tx, host)
        if (row === undefined || row.state === 'free') return true
        if (row.changed_at >= seenAtMs) return false
        if (row.recovery_id !== null && (await isOpen(tx, row.recovery_id))) return false
        return change(tx, now, row, { state: 'free', recovery_id: null })
      })
  }
}

/** Targets that the driver gives back before the end: only those that are this recovery's. */
export async function giveBack(
  tx: Tx,
  now: Transactions['now'],
  recovery: string,
  hosts: readonly string[]
): Promise<void> {
  for (const host of hosts) {
    const row = await find(tx, host)
    if (row?.recovery_id === recovery) await change(tx, now, row, { state: 'free', recovery_id: null })
  }
}

/** At the end: what was only reserved is free; what was touched stays with the recovery until a person says otherwise. */
export async function settleTargets(tx: Tx, now: Transactions['now'], recovery: Recovery): Promise<void> {
  const rows = await tx
    .selectFrom('targets')
    .selectAll()
    .where('recovery_id', '=', recovery.id)
    .where('state', '=', 'reserved')
    .execute()
  for (const row of rows) {
    const use = recovery.targets[row.host]
    await change(
      tx,
      now,
      row,
      isFreeAfter(use) ? { state: 'free', recovery_id: null } : { state: 'used', recovery_id: recovery.id }
    )
  }
}

/** A recovery that continues a closed one goes on with its targets; they stay used. */
export async function handOverTargets(tx: Tx, now: Transactions['now'], from: string, to: string): Promise<void> {
  await tx
    .updateTable('targets')
    .set(eb => ({ recovery_id: to, version: eb('version', '+', 1), changed_at: now() }))
    .where('recovery_id', '=', from)
    .execute()
}

/** An ordinary host of the segment that took servers and did well is an ordinary host; a spare that did is none any more. */
function isFreeAfter(use: TargetUse | undefined): boolean {
  return use === undefined || use.state === 'reserved' || (use.state === 'prepared' && !use.isSpare)
}

async function find(tx: Tx, host: string): Promise<TargetRow | undefined> {
  return tx.selectFrom('targets').selectAll().where('host', '=', host).executeTakeFirst()
}

async function hasRecovery(tx: Tx, host: string): Promise<boolean> {
  const row = await tx.selectFrom('recoveries').select('id').where('active_key', '=', host).executeTakeFirst()
  return row !== undefined
}

async function isOpen(tx: Tx, recovery: string): Promise<boolean> {
  const row = await tx.selectFrom('recoveries').select('active_key').where('id', '=', recovery).executeTakeFirst()
  return row !== undefined && row.active_key !== null
}

async function change(
  tx: Tx,
  now: Transactions['now'],
  seen: TargetRow,
  set: Pick<TargetRow, 'state' | 'recovery_id'>
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('targets')
    .set({ ...set, version: seen.version + 1, changed_at: now() })
    .where('host', '=', seen.host)
    .where('version', '=', seen.version)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
