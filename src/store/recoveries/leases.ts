import { sql } from 'kysely'
import type { HeldLease, Lease, RecoveryStore } from '../../controller/ports/ports.ts'
import type { RecoveryRow } from '../database/tables.ts'
import type { Transactions, Tx } from '../database/transactions.ts'
import { recoveryColumns, toStored } from '../rows.ts'
import { appendEvents } from './events.ts'
import { leaseLost } from './guard.ts'
import { knownPlanVersion } from './open-recovery.ts'

type Claimed = Awaited<ReturnType<RecoveryStore['claim']>>[number]
type Candidate = Pick<RecoveryRow, 'id' | 'epoch' | 'owner' | 'lease_until'>

/** The right to drive a recovery: taken by compare-and-set on its row, told apart by its epoch. */
export function createLeases({
  now,
  read,
  write
}: Transactions): Pick<RecoveryStore, 'now' | 'leases' | 'claim' | 'renew' | 'release'> {
  /** The lease must still be as it was seen: of two claimers one finds no such row. */
  function take({ id, ...seen }: Candidate, owner: string, ttlMs: number): Promise<Claimed | undefined> {
    const epoch = seen.epoch + 1
    return write(async tx => {
      const { numUpdatedRows } = await tx
        .updateTable('recoveries')
        .set({ owner, epoch, lease_ttl: ttlMs, lease_until: sql<number>`${now()} + ${ttlMs}` })
        .set(eb => ({ seq: eb('seq', '+', seen.owner === null ? 0 : 1) }))
        .where('id', '=', id)
        .where('epoch', '=', seen.epoch)
        .where('owner', seen.owner === null ? 'is' : '=', seen.owner)
        .where('lease_until', '=', seen.lease_until)
        .where('lease_until', '<=', now())
        .where('active_key', 'is not', null)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) return undefined
      const row = await tx
        .selectFrom('recoveries')
        .select([...recoveryColumns, 'seq'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const lease = { recovery: id, owner, epoch }
      if (seen.owner === null) return { lease, stored: toStored(row) }
      await sayTakenOver(tx, lease, row.seq, seen.owner)
      return { lease, stored: toStored(row), from: seen.owner }
    })
  }

  async function sayTakenOver(tx: Tx, { recovery, owner, epoch }: Lease, seq: number, from: string): Promise<void> {
    const text =
      from === owner
        ? 'taken up again: the lease of this replica had ended'
        : `taken over from replica ${from}, whose lease ended`
    await appendEvents(tx, now, recovery, seq, [{ kind: 'note', actor: owner, text }], epoch)
  }

  return {
    async now() {
      const { rows } = await read(db => sql<{ now: number }>`SELECT ${now()} AS now`.execute(db))
      return Number(rows[0]?.now)
    },

    async leases() {
      const rows = await read(db =>
        db
          .selectFrom('recoveries')
          .select(['id', 'owner', 'epoch', 'lease_until', 'lease_ttl'])
          .where('active_key', 'is not', null)
          .where('owner', 'is not', null)
          .where('plan_version', '<=', knownPlanVersion)
          .$narrowType<{ owner: string }>()
          .execute()
      )
      return rows.map(({ id, owner, epoch, lease_until: untilMs, lease_ttl: ttlMs }) => ({
        ...{ recovery: id, owner, epoch },
        ...{ untilMs, ttlMs }
      }))
    },

    async claim(owner, ttlMs, limit, lapsed) {
      const candidates = await read(db =>
        db
          .selectFrom('recoveries')
          .select(['id', 'epoch', 'owner', 'lease_until'])
          .where('active_key', 'is not', null)
          .where('lease_until', '<=', now())
          .where('plan_version', '<=', knownPlanVersion)
          .where(eb => {
            const ids = lapsed.map(({ recovery }) => recovery)
            return eb.or([eb('owner', 'is', null), ...(ids.length > 0 ? [eb('id', 'in', ids)] : [])])
          })
          .orderBy('opened_at')
          .orderBy('id')
          .limit(limit)
          .execute()
      )
      const claimed: Claimed[] = []
      try {
        for (const candidate of candidates) {
          if (!mayTake(candidate, lapsed)) continue
          const taken = await take(candidate, owner, ttlMs)
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

/** What nobody has, or a lease that is still as it was when it was seen to stand still. */
function mayTake({ id, owner, epoch, lease_until: untilMs }: Candidate, lapsed: readonly HeldLease[]): boolean {
  if (owner === null) return true
  const seen = lapsed.find(({ recovery }) => recovery === id)
  return seen?.owner === owner && seen.epoch === epoch && seen.untilMs === untilMs
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
