import type { Recorder } from '../recorder.ts'

/** Recovery → servers that it asked Nova to move, or whose move it follows, and when it did so last, ms. */
export type Moved = ReadonlyMap<string, ReadonlyMap<string, number>>

export function watchMoved(recorder: Recorder): Moved {
  const moved = new Map<string, Map<string, number>>()
  recorder.listen({
    step({ id }, { kind, target, state, intentAtMs }) {
      if (kind !== 'evacuate' || state === 'skipped') return
      moved.set(id, (moved.get(id) ?? new Map()).set(target, intentAtMs))
    }
  })
  return moved
}
