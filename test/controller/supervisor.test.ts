import { expect, test } from '@jest/globals'
import type { Cloud, Lease, Ports, RecoveryStore } from '../../src/controller/ports.ts'
import { createSupervisor } from '../../src/controller/supervisor.ts'
import { CloudError } from '../../src/errors.ts'
import { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts'
import { recoveryOf } from '../store/contract/bed.ts'
import { logOf } from './builders.ts'

/** One recovery that is open, and a cloud that takes its time to answer, if nobody cuts it off. */
function bench(clock: VirtualClock, answerMs: number) {
  const happened: string[] = []
  const recovery = recoveryOf('compute-01')
  const lease: Lease = { recovery: recovery.id, owner: 'replica', epoch: 1 }
  let isOpen = true
  const store: Partial<RecoveryStore> = {
    async claim() {
      const claimed = isOpen ? [{ lease, stored: { recovery, version: 1 } }] : []
      isOpen = false
      return claimed
    },
    async renew() {},
    async release() {
      happened.push('released')
    },
    commands: async () => [],
    steps: async () => [],
    signalCounts: async () => ({ all: 1, uncleared: 1, forTarget: false }),
    signalsOf: async () => []
  }
  const cloud: Partial<Cloud> = {
    async hosts(signal) {
      await clock.sleep(answerMs, signal)
      happened.push(signal?.aborted === true ? 'cut off' : 'answered')
      throw new CloudError('unreachable', 'enough was seen')
    }
  }
  const policy = { segmentOf: () => undefined, segment: () => undefined }
  const ports = { clock, store, cloud, log: logOf(), policy } as unknown as Ports
  return { happened, supervisor: createSupervisor(ports, { owner: 'replica', ttlMs: 8000, concurrency: 9 }) }
}

test('a deed in hand ends before the process does, though its lease must be renewed for it', async () => {
  const clock = createVirtualClock()
  const { happened, supervisor } = bench(clock, 9500)
  const running = supervisor.run(new AbortController().signal)
  await clock.run(clock.sleep(2000))
  await clock.run(supervisor.stop(10_000))
  expect(happened).toEqual(['answered', 'released'])
  await clock.run(running)
})

test('one that takes longer than it may is cut off', async () => {
  const clock = createVirtualClock()
  const { happened, supervisor } = bench(clock, 60_000)
  const end = new AbortController()
  const running = supervisor.run(end.signal)
  await clock.run(clock.sleep(2000))
  await clock.run(supervisor.stop(10_000))
  end.abort()
  await clock.run(running)
  expect(happened).toEqual(['cut off'])
})
