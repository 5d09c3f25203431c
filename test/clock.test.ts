import { beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createNow } from '../src/clock.ts'

const hourMs = 3_600_000
const beginMs = 1_800_000_000_000
let wallMs: number
let steadyMs: number
let now: () => number

beforeEach(() => {
  wallMs = beginMs
  steadyMs = 5000.25
  now = createNow(
    () => wallMs,
    () => steadyMs
  )
})

function pass(ms: number): void {
  wallMs += ms
  steadyMs += ms
}

test('it is the wall clock', () => {
  expect(now()).toBe(beginMs)
  pass(1234)
  expect(now()).toBe(beginMs + 1234)
  // Its small corrections too, but never backwards.
  wallMs += 300
  expect(now()).toBe(beginMs + 1534)
  wallMs -= 600
  expect(now()).toBe(beginMs + 1534)
  pass(1000)
  expect(now()).toBe(wallMs)
})

test('a step backwards by hours changes no wait: the time that has passed counts', () => {
  now()
  wallMs -= 2 * hourMs
  expect(now()).toBe(beginMs)
  pass(5000)
  expect(now()).toBe(beginMs + 5000)
})

test('a step forwards is believed, for the machine may have stood still', () => {
  now()
  wallMs += 3 * hourMs
  expect(now()).toBe(beginMs + 3 * hourMs)
})

test('once the wall clock has caught up it counts again', () => {
  now()
  wallMs -= hourMs
  pass(1000)
  now()
  wallMs += hourMs
  expect(now()).toBe(wallMs)
  pass(1000)
  expect(now()).toBe(wallMs)
})

test('it never goes backwards, and never slower than time passes', () => {
  const steps = fc.array(fc.record({ passed: fc.nat(5000), step: fc.integer({ min: -5 * hourMs, max: 5 * hourMs }) }))
  fc.assert(
    fc.property(steps, all => {
      for (const { passed, step } of all) {
        const before = now()
        pass(passed)
        // Small corrections are followed, so that they may take time back.
        if (Math.abs(step) > 2000) wallMs += step
        expect(now()).toBeGreaterThanOrEqual(before + passed - 1)
      }
    })
  )
})
