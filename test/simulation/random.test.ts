import { expect, test } from '@jest/globals'
import { runSeed } from './random/run-seed.ts'

/** A few seeds, each played twice: all the others are played by `simulate-seeds.ts`, a process of its own. */
test.each([1, 2, 3, 5, 8, 13, 21, 34, 55, 89])('seed %i gives the same log again', async seed => {
  const [first, second] = [await runSeed(seed), await runSeed(seed)]
  expect(second.run?.log).toEqual(first.run?.log)
  expect(second.run?.calls).toEqual(first.run?.calls)
})
