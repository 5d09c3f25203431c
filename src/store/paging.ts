import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Page } from '../controller/ports/ports.ts'
import { InvalidCursor } from '../errors.ts'

/** The last row of a page: the next one goes on after it, whatever came in meanwhile. */
interface Place {
  readonly atMs: number
  readonly id: string
}

/** Where the page before ended; undefined for the first page. Throws InvalidCursor. */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const [, atMs, id] = /^(\d{1,15})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (atMs === undefined || id === undefined) throw new InvalidCursor('the cursor is none of those that we gave')
  return { atMs: Number(atMs), id }
}

/** Holds for the rows that come after `place` in a list that is ordered by `column` and id, newest first. */
export function isAfter({ atMs, id }: Place, column: 'opened_at' | 'received_at'): RawBuilder<SqlBool> {
  const at = sql.ref(column)
  return sql<SqlBool>`(${at} < ${atMs} or (${at} = ${atMs} and ${sql.ref('id')} < ${id}))`
}

/** `rows` holds one more than `limit` if there is more. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => Place,
  toItem: (row: Row) => Item
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const items = shown.map(toItem)
  if (rows.length <= limit || last === undefined) return { items }
  const { atMs, id } = placeOf(last)
  return { items, cursor: Buffer.from(`${atMs}.${id}`).toString('base64url') }
}
