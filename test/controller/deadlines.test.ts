import { expect, test } from '@jest/globals'
import { createDeadlines } from '../../src/controller/deadlines.ts'

/** Two clocks that go on together while somebody sleeps. */
function bench() {
  let atMs = 1_000_000
  let wallMs = 5_000_000
  const clock = {
    now: () => atMs,
    sleep: async (ms: number) => {
      atMs += ms
      wallMs += ms
    }
  }
  return {
    deadlines: createDeadlines(clock, () => wallMs, 5600),
    wall: () => wallMs,
    set: (ms: number) => {
      atMs += ms
    },
    setWall: (ms: number) => {
      wallMs += ms
    }
  }
}

test.each([
  ['the store', -300_000, 0],
  ["the machine's", 0, -300_000],
  ['neither', 0, 0]
])('a lease is seen to be over in time although a clock is set back: %s', async (_, storeMs, machineMs) => {
  const { deadlines, set, setWall, wall } = bench()
  const deadline = deadlines.fromNow()
  set(storeMs)
  setWall(machineMs)
  const beganMs = wall()
  expect(await deadlines.reached(() => deadline, new AbortController().signal)).toBe(true)
  expect(wall() - beganMs).toBe(5600)
})

test('a lease is over by whichever clock is first, and one that was renewed by its new end', async () => {
  const { deadlines, setWall, wall } = bench()
  let deadline = deadlines.fromNow()
  expect(deadlines.isOver(deadline)).toBe(false)
  setWall(5600)
  expect(deadlines.isOver(deadline)).toBe(true)
  deadline = deadlines.fromNow()
  const beganMs = wall()
  let asked = 0
  const renewed = () => {
    if (++asked === 2) deadline = deadlines.fromNow()
    return deadline
  }
  expect(await deadlines.reached(renewed, new AbortController().signal)).toBe(true)
  expect(wall() - beganMs).toBe(5600)
  expect(await deadlines.reached(() => deadlines.fromNow(), AbortSignal.abort())).toBe(false)
})
