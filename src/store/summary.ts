import type { OperatorStore } from '../controller/ports/ports.ts'
import type { Hold, Recovery } from '../core/recovery.ts'
import type { Transactions } from './database/transactions.ts'

/** The figures of health and metrics. */
export function createSummary({ read }: Transactions): Pick<OperatorStore, 'summary'> {
  return {
    async summary() {
      const [states, signals, held] = await read(db =>
        Promise.all([
          db
            .selectFrom('recoveries')
            .select(eb => ['state as name', eb.fn.countAll<number>().as('count')])
            .groupBy('state')
            .execute(),
          db
            .selectFrom('signals')
            .select(eb => ['outcome as name', eb.fn.countAll<number>().as('count')])
            .groupBy('outcome')
            .execute(),
          db.selectFrom('recoveries').select('data').where('state', '=', 'held').execute()
        ])
      )
      return {
        states: countsOf(states),
        signals: countsOf(signals),
        held: held.flatMap(row => heldOf(row.data)).sort(bySince)
      }
    }
  }
}

interface HeldView {
  readonly recovery: string
  readonly host: string
  readonly code: Hold['code']
  readonly guard?: NonNullable<Hold['guard']>
  readonly reason: string
  readonly releasedBy: Hold['releasedBy']
  readonly sinceMs: number
}

function heldOf(data: string): HeldView[] {
  const { id, host, phase, sinceMs } = JSON.parse(data) as Recovery
  if (phase.state !== 'held') return []
  const { code, guard, reason, releasedBy } = phase.hold
  return [{ recovery: id, host, code, ...(guard !== undefined && { guard }), reason, releasedBy, sinceMs }]
}

/** The oldest first: it waits longest. */
function bySince(one: HeldView, other: HeldView): number {
  return one.sinceMs - other.sinceMs
}

function countsOf(
  rows: readonly { readonly name: string; readonly count: number | string | bigint }[]
): Record<string, number> {
  return Object.fromEntries(rows.map(row => [row.name, Number(row.count)]))
}
