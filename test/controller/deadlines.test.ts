import { expect, test } from '@jest/globals'
import { createDeadlines } from '../../src/controller/lease/deadlines.ts'

/** The machine's two clocks, which go on together while somebody sleeps. */
function bench() {
  let steadyMs = 1_000_000
  let wallMs = 5_000_000
  const clock = {
    sleep: async (ms: number) => {
      steadyMs += ms
      wallMs += ms
    }
  }
  return {
    deadlines: createDeadlines(clock, { steady: () => steadyMs, wall: () => wallMs }, 5600),
    wall: () => wallMs,
    setWall: (ms: number) => {
      wallMs += ms
    }
  }
}

test.each([0, -300_000])('a lease is seen to be over in time although the clock is set by %s ms', async machineMs => {
  const { deadlines, setWall, wall } = bench()
  const deadline = deadlines.fromNow()
  setWall(machineMs)
  expect(deadlines.leftMs(deadline)).toBe(5600)
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
