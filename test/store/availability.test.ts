import { expect, test } from '@jest/globals'
import { createAvailability } from '../../src/store/availability.ts'

function bench() {
  let nowMs = 0
  const said: string[] = []
  const log = {
    info() {},
    error() {},
    warn: (data: object, message: string) => void said.push(`${nowMs / 1000}: ${message} ${JSON.stringify(data)}`)
  }
  const availability = createAvailability(log, () => nowMs)
  return {
    said,
    fails(atMs: number, isWrite = true) {
      nowMs = atMs
      availability.failed(new Error('node-1:3306: it has no quorum'), isWrite)
    },
    works(atMs: number, isWrite = true, beganMs = atMs) {
      nowMs = atMs
      availability.worked(beganMs, isWrite)
    }
  }
}

test('that the store is away is said once, again each minute, and once that it is back', () => {
  const { said, fails, works } = bench()
  works(0)
  for (let ms = 1000; ms <= 150_000; ms += 300) fails(ms, ms % 2 === 0)
  works(151_900)
  works(152_500)
  const err = '"err":"node-1:3306: it has no quorum"'
  expect(said).toEqual([
    `1: the store can't be used: nothing new is begun until it can be used again {${err}}`,
    `61: the store still can't be used {"seconds":60,${err}}`,
    `121: the store still can't be used {"seconds":120,${err}}`,
    '151.9: the store can be used again {"seconds":151}'
  ])
})

test('it is not back while only reading works, nor by what was begun before the last failure', () => {
  const { said, fails, works } = bench()
  fails(1000)
  works(5000, false)
  fails(6000)
  works(6500)
  works(9000, true, 5900)
  expect(said).toHaveLength(1)
  works(9000, true, 7000)
  expect(said).toHaveLength(2)
})

test('where only reading failed, reading is enough', () => {
  const { said, fails, works } = bench()
  fails(1000, false)
  works(3000, false)
  expect(said).toHaveLength(2)
})
