import type { RecoveryStore } from '../../controller/ports/ports.ts'
import type { Transactions, Tx } from '../database/transactions.ts'
import { guard } from './guard.ts'

/**
 * Limits over all recoveries: a pool is a set of numbered rows, a place is taken by compare-and-set on one of them.
 * A count would not do: two replicas may both see room for one more.
 */
export function createSlots({ now, write }: Transactions): Pick<RecoveryStore, 'takeSlot' | 'keepSlots'> {
  return {
    takeSlot: (lease, pool, size, holder) =>
      write(async tx => {
        await guard(tx, now, lease)
        const place = { holder, recovery_id: lease.recovery }
        for (;;) {
          const taken = await tryToTake(tx, pool, size, place)
          if (taken !== undefined) return taken
        }
      }),

    keepSlots: (lease, holders) =>
      write(async tx => {
        await guard(tx, now, lease)
        const free = freed(tx, lease.recovery)
        await (holders.length === 0 ? free : free.where('holder', 'not in', holders)).execute()
      })
  }
}

/** undefined: another took the place between our look and our deed, and there may be another. */
async function tryToTake(
  tx: Tx,
  pool: string,
  size: number,
  place: { readonly holder: string; readonly recovery_id: string }
): Promise<boolean | undefined> {
  const rows = await tx.selectFrom('slots').select(['idx', 'holder']).where('pool', '=', pool).execute()
  if (rows.some(row => row.holder === place.holder)) return true
  const taken = rows.filter(row => row.holder !== null)
  if (taken.length >= size) return false
  // Everybody goes for the lowest free place, so that those who come at once meet there.
  const idx = lowestFree(taken.map(row => row.idx))
  if (!rows.some(row => row.idx === idx)) {
    await tx
      .insertInto('slots')
      .values({ pool, idx, ...place })
      .execute()
    return true
  }
  const { numUpdatedRows } = await tx
    .updateTable('slots')
    .set(place)
    .where('pool', '=', pool)
    .where('idx', '=', idx)
    .where('holder', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n ? true : undefined
}

/** Every place that the recovery has, in every pool. */
export async function freeAllSlots(tx: Tx, recovery: string): Promise<void> {
  await freed(tx, recovery).execute()
}

function freed(tx: Tx, recovery: string) {
  return tx.updateTable('slots').set({ holder: null, recovery_id: null }).where('recovery_id', '=', recovery)
}

function lowestFree(taken: readonly number[]): number {
  const places = new Set(taken)
  let idx = 0
  while (places.has(idx)) idx++
  return idx
}
