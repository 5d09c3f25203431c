import { sql } from 'kysely'
import type { Lease, RecoveryStore, StoredRecovery } from '../../controller/ports.ts'
import type { Transactions } from '../database/transactions.ts'
import { recoveryColumns, toStored } from '../rows.ts'
import { leaseLost } from './guard.ts'
import { knownPlanVersion } from './open-recovery.ts'

type Claimed = { lease: Lease; stored: StoredRecovery }

/** The right to drive a recovery: taken by compare-and-set on its row, told apart by its epoch. */
export function createLeases({
  now,
  read,
  write
}: Transactions): Pick<RecoveryStore, 'now' | 'claim' | 'renew' | 'release'> {
  /** The epoch that was seen must still be there: of two claimers one finds no such row. */
  function take(id: string, seenEpoch: number, owner: string, ttlMs: number): Promise<Claimed | undefined> {
    return write(async tx => {
      const { numUpdatedRows } = await tx
        .updateTable('recoveries')
        .set({ owner, epoch: seenEpoch + 1, lease_ttl: ttlMs, lease_until: sql<number>`${now()} + ${ttlMs}` })
        .where('id', '=', id)
        .where('epoch', '=', seenEpoch)
        .where('lease_until', '<=', now())
        .where('active_key', 'is not', null)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) return undefined
      const row = await tx
        .selectFrom('recoveries')
        .select(recoveryColumns)
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return { lease: { recovery: id, owner, epoch: seenEpoch + 1 }, stored: toStored(row) }
    })
  }

  return {
    async now() {
      const { rows } = await read(db => sql<{ now: number }>`SELECT ${now()} AS now`.execute(db))
      return Number(rows[0]?.now)
    },

    async claim(owner, ttlMs, limit) {
      const candidates = await read(db =>
        db
          .selectFrom('recoveries')
          .select(['id', 'epoch'])
          .where('active_key', 'is not', null)
          .where('lease_until', '<=', now())
          .where('plan_version', '<=', knownPlanVersion)
          .orderBy('opened_at')
          .orderBy('id')
          .limit(limit)
          .execute()
      )
      const claimed: Claimed[] = []
      try {
        for (const { id, epoch } of candidates) {
          const taken = await take(id, epoch, owner, ttlMs)
          if (taken !== undefined) claimed.push(taken)
        }
      } catch (error) {
        // Those that are ours already would be driven by nobody until their lease is over.
        if (claimed.length === 0) throw error
      }
      return claimed
    },

    async renew(lease, ttlMs) {
      const { numUpdatedRows } = await write(tx =>
        tx
          .updateTable('recoveries')
          .set({ lease_ttl: ttlMs, lease_until: sql<number>`${now()} + ${ttlMs}` })
          .where('id', '=', lease.recovery)
          .where('owner', '=', lease.owner)
          .where('epoch', '=', lease.epoch)
          .executeTakeFirst()
      )
      if (numUpdatedRows !== 1n) throw leaseLost(lease)
    },

    async release(lease) {
      const { numUpdatedRows } = await write(tx =>
        tx
          .updateTable('recoveries')
          .set({ owner: null, lease_until: 0 })
          .where('id', '=', lease.recovery)
          .where('owner', '=', lease.owner)
          .where('epoch', '=', lease.epoch)
          .executeTakeFirst()
      )
      if (numUpdatedRows !== 1n) throw leaseLost(lease)
    }
  }
}

/** Where only one process can have the store: whoever held a lease when it was opened is dead. */
export async function breakLeases({ write }: Transactions): Promise<number> {
  return write(async tx => {
    const { numUpdatedRows } = await tx
      .updateTable('recoveries')
      .set({ owner: null, lease_until: 0 })
      .where('active_key', 'is not', null)
      .where('owner', 'is not', null)
      .executeTakeFirst()
    await tx.updateTable('duties').set({ until_at: 0 }).execute()
    return Number(numUpdatedRows)
  })
}
