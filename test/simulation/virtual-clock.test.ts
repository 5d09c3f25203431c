import { expect, test } from '@jest/globals'
import { createVirtualClock } from './virtual-clock.ts'

test('the next sleeper is woken when all are asleep, and an hour takes no time', async () => {
  const clock = createVirtualClock()
  const order: string[] = []
  const nap = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms)
    order.push(`${clock.seconds()} ${name}`)
  }
  await clock.run(Promise.all([nap('late', 3_600_000), nap('first', 1000), nap('second', 1000)]))
  expect(order).toEqual(['1 first', '1 second', '3600 late'])
})

test('a wait that nobody ends is an error, not a test that hangs', async () => {
  const clock = createVirtualClock()
  await expect(clock.run(new Promise(() => {}))).rejects.toThrow('nobody sleeps')
})

test('work that goes on for ever is stopped at the limit', async () => {
  const clock = createVirtualClock()
  const forever = async (): Promise<void> => {
    for (;;) await clock.sleep(1000)
  }
  await expect(clock.run(forever(), 60_000)).rejects.toThrow('not done after 60 s')
})

test('an aborted sleep ends at once', async () => {
  const clock = createVirtualClock()
  const abort = new AbortController()
  clock.after(5000, () => abort.abort())
  await clock.run(clock.sleep(60_000, abort.signal))
  await clock.run(clock.sleep(60_000, abort.signal))
  expect(clock.seconds()).toBe(5)
})

test('time stands still while somebody works in real time', async () => {
  const clock = createVirtualClock()
  let working = true
  clock.watch(() => working)
  const work = new Promise<void>(resolve => {
    setTimeout(() => {
      working = false
      resolve()
    }, 5)
  })
  clock.after(1000, () => {
    throw new Error('time went on')
  })
  await clock.run(work)
  expect(clock.seconds()).toBe(0)
})

test('what the work throws is thrown', async () => {
  const clock = createVirtualClock()
  const fails = clock.sleep(10).then(() => Promise.reject(new Error('it broke')))
  await expect(clock.run(fails)).rejects.toThrow('it broke')
})
