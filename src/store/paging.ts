import type { Page } from '../controller/ports.ts'

/** The last row of a page: the next one goes on after it, whatever came in meanwhile. */
interface Place {
  readonly atMs: number
  readonly id: string
}

/** Whoever sends a cursor that is none of ours is past the end. */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const [, atMs, id] = /^(\d{1,15})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return { atMs: Number(atMs ?? -1), id: id ?? '' }
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
