import { afterEach, describe, expect, test } from '@jest/globals'
import { cases } from './cases.ts'
import { compareCase } from './compare.ts'
import { play } from './play.ts'
import { readRecords } from './record.ts'
import { createEmulatorWorld } from './worlds/emulator-world.ts'
import type { World } from './worlds/world.ts'

const records = readRecords()
const open: World[] = []
/** Each takes well below a second, but not on a machine that has no time for it. */
const limitMs = 120_000

afterEach(async () => {
  for (const world of open.splice(0)) await world.close()
})

test('there is something to be held against, and it is of cases that exist', () => {
  expect(records.length).toBeGreaterThan(0)
  const names = cases.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { observations } of records)
    expect(Object.keys(observations).filter(name => !names.includes(name))).toEqual([])
})

test('a case is recorded on one release at least', () => {
  const recorded = new Set(records.flatMap(({ observations }) => Object.keys(observations)))
  expect(cases.map(({ name }) => name).filter(name => !recorded.has(name))).toEqual([])
})

describe.each(records)('as $release of $date', ({ release, microversion, observations }) => {
  for (const one of cases) {
    const real = observations[one.name]
    if (real === undefined) {
      test.todo(`${one.name} is to be recorded`)
      continue
    }
    test(
      `${one.name}: ${one.asks}`,
      async () => {
        const world = await createEmulatorWorld(microversion)
        open.push(world)
        expect(compareCase([release, world.title], real, await play(world, one))).toEqual([])
      },
      limitMs
    )
  }
})
