import { expect, test } from '@jest/globals'
import { type Duty, runDuties } from '../../src/controller/duties/duties.ts'
import type { DutyStore, Ports } from '../../src/controller/ports/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createVirtualClock } from '../simulation/virtual-clock.ts'
import { logOf } from './builders.ts'

const ttlMs = 8000
const everyMs = 30_000

/** Two replicas with one duty between them, and who did it when, s. */
async function bench() {
  const clock = createVirtualClock()
  const store = await openStore('file::memory:', { clock })
  const beganMs = clock.now()
  const done: [owner: string, seconds: number][] = []
  function start(owner: string, own: Partial<DutyStore> = {}) {
    const abort = new AbortController()
    const duty: Duty = {
      name: 'poll',
      everyMs,
      work: async () => void done.push([owner, Math.round((clock.now() - beganMs) / 1000)])
    }
    const ports = { clock, log: logOf(), store: { ...store, ...own } } as unknown as Ports
    const running = runDuties(ports, { owner, ttlMs }, [duty], abort.signal)
    return {
      async end() {
        abort.abort()
        await running
      }
    }
  }
  return { clock, store, done, start }
}

test('one replica does a duty, at its times; when it dies the other one has it after the length of a lease', async () => {
  const { clock, store, done, start } = await bench()
  const one = start('one')
  await clock.run(clock.sleep(1000))
  const two = start('two')
  await clock.run(clock.sleep(70_000))
  expect(done).toEqual([
    ['one', 0],
    ['one', 30],
    ['one', 60]
  ])
  await clock.run(one.end())
  await clock.run(clock.sleep(12_000))
  expect(done.slice(3)).toEqual([['two', expect.any(Number)]])
  // It ended at 71 s, and had renewed a little before.
  expect(done[3]![1]).toBeGreaterThan(75)
  expect(done[3]![1]).toBeLessThanOrEqual(71 + 8 + 3)
  await clock.run(two.end())
  await store.close()
})

test('a duty that was given back is done by the other one at once', async () => {
  const { clock, store, done, start } = await bench()
  const one = start('one')
  await clock.run(clock.sleep(1000))
  const two = start('two')
  await clock.run(clock.sleep(1000))
  await clock.run(one.end())
  await store.giveDutiesBack('one')
  await clock.run(clock.sleep(3000))
  expect(done.map(([owner]) => owner)).toEqual(['one', 'two'])
  await clock.run(two.end())
  await store.close()
})
