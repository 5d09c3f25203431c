import { expect, test } from '@jest/globals'
import { createLeaseWatch } from '../../src/controller/lease/lease-watch.ts'
import type { HeldLease } from '../../src/controller/ports/ports.ts'

const held: HeldLease = { recovery: 'r', owner: 'other', epoch: 1, untilMs: 50_000, ttlMs: 8000 }

function bench() {
  let nowMs = 0
  const watch = createLeaseWatch(() => nowMs)
  return {
    watch,
    /** Reads what is held; the answer takes `tookMs`. */
    look(atMs: number, seen: HeldLease[], tookMs = 0) {
      nowMs = atMs + tookMs
      return watch.look(seen, atMs)
    }
  }
}

test('a lease has lapsed when it was read twice without a change, its length apart', () => {
  const { look, watch } = bench()
  expect(look(1000, [held])).toEqual([])
  expect(watch.nextMs()).toBe(8000)
  expect(look(8999, [held])).toEqual([])
  expect(look(9000, [held])).toEqual([held])
  expect(watch.nextMs()).toBe(Number.POSITIVE_INFINITY)
})

test.each([
  ['renewed', { untilMs: 50_001 }],
  ['renewed through a node whose clock is behind', { untilMs: 20_000 }],
  ['taken by another', { owner: 'third', epoch: 2 }],
  ['taken again by the same', { epoch: 2 }]
])('one that was %s is watched anew', (_, changes) => {
  const { look } = bench()
  const changed = { ...held, ...changes }
  look(0, [held])
  expect(look(8000, [changed])).toEqual([])
  expect(look(15_999, [changed])).toEqual([])
  expect(look(16_000, [changed])).toEqual([changed])
})

test('an answer that was held up counts from when it came, and one that is asked for from when it was asked', () => {
  const { look } = bench()
  look(0, [held], 5000)
  expect(look(8000, [held], 6000)).toEqual([])
  expect(look(13_000, [held])).toEqual([held])
})

test('one that was free meanwhile is watched anew', () => {
  const { look } = bench()
  look(0, [held])
  look(4000, [])
  look(5000, [held])
  expect(look(8000, [held])).toEqual([])
})
