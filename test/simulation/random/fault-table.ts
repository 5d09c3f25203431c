import type { State } from '../../../src/core/recovery.ts'
import { expectedRows } from './fault-rows.ts'
import { impossibleCells } from './impossible-cells.ts'

export const columns = [
  'confirming',
  'planning',
  'fencing',
  'isolating',
  'preparing',
  'moving',
  'verifying',
  'held'
] as const satisfies readonly State[]

export interface Cell {
  readonly row: string
  readonly state: (typeof columns)[number]
}

/** How often each fault met a recovery in each state: row → state → times. */
export type Meetings = Map<string, Map<string, number>>

export function meet(meetings: Meetings, row: string, state: string, times = 1): void {
  const cells = meetings.get(row) ?? new Map<string, number>()
  meetings.set(row, cells.set(state, (cells.get(state) ?? 0) + times))
}

/** Those that a full table has, met or not. */
function rowsOf(meetings: Meetings): string[] {
  return [...new Set([...expectedRows, ...meetings.keys()])]
}

/** Cells in which nothing was ever tried, and that are not explained as impossible; and those that are wrongly. */
export function emptyCells(meetings: Meetings): { empty: Cell[]; wronglyExplained: Cell[] } {
  const empty: Cell[] = []
  const wronglyExplained: Cell[] = []
  for (const row of rowsOf(meetings)) {
    const cells = meetings.get(row)
    for (const state of columns) {
      const reason = impossibleCells[row]?.[state]
      const isMet = (cells?.get(state) ?? 0) > 0
      if (!isMet && reason === undefined) empty.push({ row, state })
      if (isMet && reason !== undefined) wronglyExplained.push({ row, state })
    }
  }
  return { empty, wronglyExplained }
}

/** The table for people; `-` is impossible, `EMPTY` was never met. */
export function tableText(meetings: Meetings): string {
  const rows = rowsOf(meetings).toSorted()
  const width = Math.max(...rows.map(row => row.length))
  const cell = (row: string, state: (typeof columns)[number]): string => {
    const times = meetings.get(row)?.get(state) ?? 0
    return times > 0 ? String(times) : impossibleCells[row]?.[state] === undefined ? 'EMPTY' : '-'
  }
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(width)} ${cells.map(text => text.padStart(10)).join(' ')}`
  return [
    line('', columns),
    ...rows.map(row =>
      line(
        row,
        columns.map(state => cell(row, state))
      )
    )
  ].join('\n')
}
