import { sql } from 'kysely'
import type { AdmissionLimits, RecoveryStore } from '../../controller/ports/ports.ts'
import { newId } from '../../new-id.ts'
import type { Transactions, Tx } from '../database/transactions.ts'
import { guard } from './guard.ts'

/** How many recoveries may begin to act in a window of time: counted where all replicas see it. */
export function createAdmission({ now, write }: Transactions): Pick<RecoveryStore, 'admit'> {
  return {
    admit: (lease, limits) =>
      write(async tx => {
        await guard(tx, now, lease)
        const own = await tx
          .selectFrom('recoveries')
          .select(['segment', 'origin', 'acted_at'])
          .where('id', '=', lease.recovery)
          .executeTakeFirstOrThrow()
        if (own.acted_at !== null) return { admitted: true }
        // A count alone lets two replicas both see the last place: this row makes them come one after the other. Always
        // another value: what an UPDATE leaves as it was is no change, and Galera lets two of those pass.
        await tx.updateTable('meta').set({ v: newId() }).where('k', '=', 'admission').execute()
        // A lost target must be dealt with before the recovery that waits for it can go on: it is no failure more.
        const objection = own.origin === 'target' ? undefined : await objectionTo(tx, now, own.segment, limits)
        if (objection !== undefined) return { admitted: false, ...objection }
        await tx.updateTable('recoveries').set({ acted_at: now() }).where('id', '=', lease.recovery).execute()
        return { admitted: true }
      })
  }
}

async function objectionTo(
  tx: Tx,
  now: Transactions['now'],
  segment: string,
  { windowMs, segmentMax, cloudMax, domains = [] }: AdmissionLimits
): Promise<{ reason: string; untilMs: number } | undefined> {
  const acted = await tx
    .selectFrom('recoveries')
    .select(['host', 'segment', 'acted_at'])
    .where('acted_at', '>', sql<number>`${now()} - ${windowMs}`)
    .where('origin', '<>', 'target')
    .orderBy('acted_at')
    .execute()
  const counts = [
    { max: segmentMax, of: `segment ${segment}`, counted: acted.filter(other => other.segment === segment) },
    ...domains.map(({ max, name, hosts }) => ({
      max,
      of: name,
      counted: acted.filter(other => hosts.includes(other.host))
    })),
    { max: cloudMax, of: 'the cloud', counted: acted }
  ]
  const full = counts.find(({ max, counted }) => counted.length >= max)
  if (full === undefined) return undefined
  const { max, of, counted } = full
  return {
    reason: `${counted.length} of at most ${max} recoveries of ${of} have acted in the last ${Math.round(windowMs / 60_000)} min (${namesOf(counted)})`,
    // The oldest one that counts makes room when it leaves the window.
    untilMs: Number(counted.at(-max)?.acted_at ?? 0) + windowMs
  }
}

function namesOf(recoveries: readonly { readonly host: string }[]): string {
  return recoveries.map(recovery => recovery.host).join(', ')
}
