import type { State } from '../../../src/core/recovery.ts'

/** Faults that can't meet a state, and why; all others must be met. */
export const impossibleCells: Readonly<Record<string, Partial<Record<State, string>>>> = {}
