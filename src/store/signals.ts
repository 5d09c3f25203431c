import type { OperatorStore, RecoveryStore } from '../controller/ports/ports.ts'
import type { Complaints } from '../core/observation.ts'
import type { Signal } from '../core/signal.ts'
import type { Transactions } from './database/transactions.ts'
import { isAfter, pageOf, readCursor } from './paging.ts'
import { toSignal } from './rows.ts'

/** An alarm that says `ok` and `alarm` oftener than this between two looks is not lost, whatever it says. */
const newestMax = 100

/** As many parameters as every database takes. */
const idsAtOnce = 500

/** Signals as they are read; the list is newest first, those of one recovery in the order in which they came. */
export function createSignals({
  read,
  now
}: Transactions): Pick<RecoveryStore, 'signalsOf' | 'signalCounts'> &
  Pick<OperatorStore, 'signals' | 'signal' | 'isHeard' | 'lastOf' | 'lastHeard'> {
  return {
    async signalsOf(recovery) {
      const rows = await read(db =>
        db
          .selectFrom('signals')
          .selectAll()
          .where('recovery_id', '=', recovery)
          .orderBy('received_at')
          .orderBy('id')
          .execute()
      )
      return rows.map(toSignal)
    },

    async signalCounts(recovery) {
      const rows = await read(db =>
        db
          .selectFrom('signals')
          .select(eb => ['source', 'cleared', eb.fn.countAll<number | bigint>().as('count')])
          .where('recovery_id', '=', recovery)
          .groupBy(['source', 'cleared'])
          .execute()
      )
      const newest = await read(db =>
        db
          .selectFrom('signals')
          .selectAll()
          .select(now().as('now'))
          .where('recovery_id', '=', recovery)
          .orderBy('received_at', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst()
      )
      const sum = (of: typeof rows): number => of.reduce((total, row) => total + Number(row.count), 0)
      return {
        all: sum(rows),
        // An alarm's ok does not clear what a person asked for; what Nova said is cleared by Nova.
        uncleared: sum(rows.filter(row => row.source !== 'poll' && (row.cleared === 0 || row.source !== 'aodh'))),
        forTarget: rows.some(row => row.source === 'target'),
        ...(newest === undefined ? {} : { newest: inShort(toSignal(newest), Number(newest.now)) })
      }
    },

    async signals({ outcome, host, limit, cursor }) {
      const after = readCursor(cursor)
      const rows = await read(db => {
        let query = db.selectFrom('signals').selectAll()
        if (outcome !== undefined) query = query.where('outcome', '=', outcome)
        if (host !== undefined) query = query.where('host', '=', host)
        if (after !== undefined) query = query.where(isAfter(after, 'received_at'))
        return query
          .orderBy('received_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
      })
      return pageOf(rows, limit, row => ({ atMs: row.received_at, id: row.id }), toSignal)
    },

    async signal(id) {
      const row = await read(db => db.selectFrom('signals').selectAll().where('id', '=', id).executeTakeFirst())
      return row && toSignal(row)
    },

    async isHeard(alarm, sinceMs) {
      const rows = await read(db =>
        db
          .selectFrom('signals')
          .selectAll()
          .where('alarm_id', '=', alarm)
          .where('received_at', '>=', sinceMs)
          .orderBy('received_at', 'desc')
          .limit(newestMax)
          .execute()
      )
      return rows.some(row => toSignal(row).alarm?.current === 'alarm')
    },

    async lastOf(alarm) {
      const row = await read(db =>
        db
          .selectFrom('signals')
          .selectAll()
          .where('alarm_id', '=', alarm)
          .orderBy('received_at', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst()
      )
      return row && toSignal(row)
    },

    async lastHeard(alarms) {
      const heard: Record<string, number> = {}
      for (let from = 0; from < alarms.length; from += idsAtOnce) {
        const rows = await read(db =>
          db
            .selectFrom('signals')
            .select(eb => ['alarm_id', eb.fn.max('received_at').as('at')])
            .where('alarm_id', 'in', alarms.slice(from, from + idsAtOnce))
            .where('actor', '!=', 'poll')
            .groupBy('alarm_id')
            .execute()
        )
        for (const { alarm_id: alarm, at } of rows) if (alarm !== null) heard[alarm] = Number(at)
      }
      return heard
    }
  }
}

function inShort({ source, alarm, receivedAtMs }: Signal, nowMs: number): NonNullable<Complaints['newest']> {
  return {
    source,
    ageMs: Math.max(0, nowMs - receivedAtMs),
    ...(alarm?.name === undefined ? {} : { name: alarm.name }),
    ...(alarm === undefined ? {} : { current: alarm.current })
  }
}
