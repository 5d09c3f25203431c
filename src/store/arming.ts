import type { Arming, OperatorStore, RecoveryStore } from '../controller/ports/ports.ts'
import type { Database, Transactions } from './database/transactions.ts'

type Switches = Pick<Arming, 'armed' | 'segments'>
type ArmingChange = Parameters<OperatorStore['setArming']>[0]

/** The API's switch between armed and observing: each change is a new row, the newest counts. */
export function createArming({
  now,
  read,
  write
}: Transactions): Pick<RecoveryStore, 'arming'> & Pick<OperatorStore, 'setArming'> {
  return {
    arming: () => read(async db => (await newest(db)).arming),

    setArming: (change, actor, reason) =>
      write(async tx => {
        const { seq, arming } = await newest(tx)
        // Two changes at once meet on `seq`; the second is then made on top of the first.
        await tx
          .insertInto('arming')
          .values({ seq: seq + 1, at: now(), actor, reason, data: JSON.stringify(apply(arming, change)) })
          .execute()
        return (await newest(tx)).arming
      })
  }
}

async function newest(db: Database): Promise<{ seq: number; arming: Arming }> {
  const row = await db.selectFrom('arming').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst()
  if (row === undefined) return { seq: 0, arming: { segments: {} } }
  const switches = JSON.parse(row.data) as Switches
  return { seq: row.seq, arming: { ...switches, reason: row.reason, actor: row.actor, atMs: row.at } }
}

/** `null` takes a switch back: as configured. */
function apply({ armed, segments }: Switches, change: ArmingChange): Switches {
  const wanted = change.armed === undefined ? armed : (change.armed ?? undefined)
  const merged: Record<string, boolean> = { ...segments }
  for (const [segment, value] of Object.entries(change.segments ?? {})) {
    if (value === null) delete merged[segment]
    else merged[segment] = value
  }
  return { ...(wanted !== undefined && { armed: wanted }), segments: merged }
}
