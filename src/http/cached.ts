import type { Clock } from '../clock.ts'

/** `read`, at most once in `ttlMs` however many ask; a failure is not kept. */
export function createCached<T>(clock: Clock, ttlMs: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { readonly value: Promise<T>; readonly untilMs: number } | undefined
  return () => {
    if (kept !== undefined && clock.now() < kept.untilMs) return kept.value
    const asked = { value: read(), untilMs: clock.now() + ttlMs }
    kept = asked
    asked.value.catch(() => {
      if (kept === asked) kept = undefined
    })
    return asked.value
  }
}
