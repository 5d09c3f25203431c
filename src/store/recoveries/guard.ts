import { sql, type UpdateObject } from 'kysely'
import type { Lease } from '../../controller/ports/ports.ts'
import { LeaseLost } from '../../errors.ts'
import type { Tables } from '../database/tables.ts'
import type { Transactions, Tx } from '../database/transactions.ts'

type Set = UpdateObject<Tables, 'recoveries'>

/**
 * The first statement of every transaction on behalf of a lease: it renews the lease and proves that it is still ours.
 * It is an UPDATE of the row itself because two replicas may both pass a mere look at it (Galera). Throws LeaseLost
 * when the row is not exactly ours; a lease that ran out but was not taken is renewed.
 */
export async function guard(tx: Tx, now: Transactions['now'], lease: Lease): Promise<void> {
  const changed = await updateUnderLease(tx, now, lease, {}).executeTakeFirst()
  if (changed.numUpdatedRows !== 1n) throw leaseLost(lease)
}

/** The guarded UPDATE with more to set; the caller looks at the number of rows. */
export function updateUnderLease(tx: Tx, now: Transactions['now'], lease: Lease, set: Set) {
  return tx
    .updateTable('recoveries')
    .set({ ...set, lease_until: sql<number>`${now()} + lease_ttl` })
    .where('id', '=', lease.recovery)
    .where('owner', '=', lease.owner)
    .where('epoch', '=', lease.epoch)
    .where('active_key', 'is not', null)
}

export function leaseLost(lease: Lease): LeaseLost {
  return new LeaseLost(
    `${lease.owner} no longer drives recovery ${lease.recovery} (epoch ${lease.epoch}), or it is closed`
  )
}
