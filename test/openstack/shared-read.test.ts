import { beforeEach, expect, test } from '@jest/globals'
import type { Clock } from '../../src/clock.ts'
import { createSharedRead } from '../../src/openstack/nova/shared-read.ts'

interface Sent {
  answer(text: string): void
  fail(): void
}

let sent: Sent[]
let wake: () => void
const clock: Clock = {
  now: () => 0,
  sleep: () =>
    new Promise(resolve => {
      wake = resolve
    })
}
let ask: (signal?: AbortSignal) => Promise<string>

beforeEach(() => {
  sent = []
  ask = createSharedRead(clock, () => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    sent.push({ answer: resolve, fail: () => reject(new Error('away')) })
    return promise
  })
})

const settle = () => new Promise(resolve => setImmediate(resolve))

test('who asks while a request is under way shares the next one, which is sent after they asked', async () => {
  const first = ask()
  const others = [ask(), ask(), ask()]
  await settle()
  expect(sent).toHaveLength(1)
  sent[0]?.answer('one')
  expect(await first).toBe('one')
  await settle()
  expect(sent).toHaveLength(2)
  const late = ask()
  sent[1]?.answer('two')
  expect(await Promise.all(others)).toEqual(['two', 'two', 'two'])
  await settle()
  sent[2]?.answer('three')
  expect(await late).toBe('three')
  const after = ask()
  sent[3]?.answer('four')
  expect(await after).toBe('four')
})

test('a request that is not answered keeps the next one only for a moment', async () => {
  void ask()
  const second = ask()
  await settle()
  expect(sent).toHaveLength(1)
  wake()
  await settle()
  sent[1]?.answer('two')
  expect(await second).toBe('two')
})

test('a failure is told to all who shared it, and the next one is asked anew', async () => {
  const first = ask()
  const second = ask()
  sent[0]?.fail()
  await expect(first).rejects.toThrow('away')
  await settle()
  sent[1]?.answer('two')
  expect(await second).toBe('two')
})

test('one who gives up is answered at once, and the others get what they asked for', async () => {
  const giving = new AbortController()
  const gone = ask(giving.signal)
  const staying = ask()
  giving.abort()
  await expect(gone).rejects.toMatchObject({ name: 'CloudError', code: 'unreachable' })
  sent[0]?.answer('one')
  await settle()
  sent[1]?.answer('two')
  expect(await staying).toBe('two')
  await expect(ask(giving.signal)).rejects.toMatchObject({ code: 'unreachable' })
  expect(sent).toHaveLength(2)
})
