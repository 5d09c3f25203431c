import { expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import { createSharedClock } from '../../src/store/shared-clock.ts'

/** A database whose clock is `aheadMs` ahead of this machine's, and answers after `answerMs`. */
function bench({ answerMs = 0 } = {}) {
  let bootMs = 1_000
  let storeMs = 50_000_000
  let failure: Error | undefined
  let lateMs = 0
  const warned: object[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (data: object) => void warned.push(data) }
  return {
    warned,
    pass(ms: number) {
      bootMs += ms
      storeMs += ms
    },
    set(ms: number) {
      storeMs += ms
    },
    stop(error: Error) {
      failure = error
    },
    /** What it says is `ms` old when it comes. */
    late(ms: number) {
      lateMs = ms
    },
    storeMs: () => storeMs,
    open: async () =>
      await createSharedClock(
        {
          async now() {
            if (failure !== undefined) throw failure
            bootMs += answerMs / 2
            storeMs += answerMs / 2
            const asked = storeMs
            bootMs += answerMs / 2 + lateMs
            storeMs += answerMs / 2 + lateMs
            return asked
          }
        },
        systemClock,
        log,
        () => bootMs
      )
  }
}

test("a replica tells the database's time, and goes on between two looks", async () => {
  const database = bench({ answerMs: 200 })
  const clock = await database.open()
  expect(clock.now()).toBe(database.storeMs())
  database.pass(5000)
  expect(clock.now()).toBe(database.storeMs())
  await clock.sync()
  expect(database.warned).toEqual([])
})

test('an answer that was held up does not set the clock', async () => {
  const database = bench()
  const clock = await database.open()
  database.late(6000)
  await clock.sync()
  expect(clock.now()).toBe(database.storeMs())
  expect(database.warned).toEqual([])
})

test("when the database's clock is set it is followed, and said", async () => {
  const database = bench()
  const clock = await database.open()
  database.set(-300_000)
  await clock.sync()
  expect(clock.now()).toBe(database.storeMs())
  expect(database.warned).toEqual([{ ms: -300_000 }])
})

test('without the database it runs on; without it from the start there is no time', async () => {
  const database = bench()
  const clock = await database.open()
  database.stop(new Error('connection refused'))
  database.pass(60_000)
  await clock.sync()
  expect(clock.now()).toBe(database.storeMs())
  expect(database.warned).toEqual([{ err: 'connection refused' }])
  await expect(database.open()).rejects.toThrow('connection refused')
})
