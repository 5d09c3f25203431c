import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Pace } from '../../src/core/pace.ts'
import { adapt, pollMs, startPace } from '../../src/core/pace.ts'
import { nowMs } from './builders.ts'

interface Round {
  readonly finished: number
  readonly trouble: boolean
  readonly afterMs: number
}

const rounds = fc.array(
  fc.record({
    finished: fc.nat(30),
    trouble: fc.boolean(),
    afterMs: fc.nat(20_000)
  })
)

function run(max: number, targets: number, all: readonly Round[]): Pace[] {
  let atMs = nowMs
  let pace = startPace(max, targets, atMs)
  return [
    pace,
    ...all.map(({ afterMs, ...round }) => {
      atMs += afterMs
      pace = adapt(pace, { ...round, max, nowMs: atMs })
      return pace
    })
  ]
}

test('whatever happens, at least one and at most the limit of moves are in flight', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(8), rounds, (max, targets, all) => {
      for (const { window } of run(max, targets, all)) {
        expect(window).toBeGreaterThanOrEqual(1)
        expect(window).toBeLessThanOrEqual(max)
        expect(Number.isInteger(window)).toBe(true)
      }
    })
  )
})

test('it starts with twenty for each target', () => {
  expect(startPace(64, 1, nowMs).window).toBe(20)
  expect(startPace(64, 3, nowMs).window).toBe(60)
  expect(startPace(64, 0, nowMs).window).toBe(20)
  expect(startPace(2, 3, nowMs).window).toBe(2)
})

test('it grows while more finish per second, and stays when they do not', () => {
  const steady = (finished: number) => ({ finished, trouble: false, afterMs: 1000 })
  expect(run(100, 1, [steady(20), steady(32), steady(48), steady(70)]).map(pace => pace.window)).toEqual([
    20, 30, 45, 67, 100
  ])
  expect(run(100, 1, [steady(20), steady(30), steady(45), steady(45)]).map(pace => pace.window)).toEqual([
    20, 30, 45, 67, 67
  ])
})

test('a window counts only when as many have finished as it lets fly', () => {
  const one = { finished: 1, trouble: false, afterMs: 1000 }
  expect(run(100, 1, [one, one, one]).map(pace => pace.window)).toEqual([20, 20, 20, 20])
})

test('trouble at Nova halves it, and it may grow again', () => {
  const trouble = { finished: 9, trouble: true, afterMs: 1000 }
  const good = { finished: 9, trouble: false, afterMs: 1000 }
  expect(run(100, 2, [trouble, trouble, trouble, trouble, good]).map(pace => pace.window)).toEqual([
    40, 20, 10, 5, 2, 4
  ])
})

test('the more is in flight the rarer the looks, within bounds', () => {
  fc.assert(
    fc.property(fc.nat(500), inFlight => {
      expect(pollMs(inFlight)).toBeGreaterThanOrEqual(500)
      expect(pollMs(inFlight)).toBeLessThanOrEqual(5000)
      expect(pollMs(inFlight + 1)).toBeGreaterThanOrEqual(pollMs(inFlight))
    })
  )
})
