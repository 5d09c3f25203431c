import { expect, test } from '@jest/globals'
import { createSupervisor } from '../../src/controller/lease/supervisor.ts'
import type { Cloud, HeldLease, Lease, Ports, RecoveryStore } from '../../src/controller/ports/ports.ts'
import { CloudError, StoreUnavailable } from '../../src/errors.ts'
import { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts'
import { recoveryOf } from '../store/contract/bed.ts'
import { logOf } from './builders.ts'

/** One recovery that is open, and a cloud that takes its time to answer, if nobody cuts it off. */
function bench(clock: VirtualClock, answerMs: number, troubled: Partial<RecoveryStore> = {}) {
  const happened: string[] = []
  const recovery = recoveryOf('compute-01')
  const lease: Lease = { recovery: recovery.id, owner: 'replica', epoch: 1 }
  let isOpen = true
  const store: Partial<RecoveryStore> = {
    leases: async () => [],
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
    arming: async () => ({ segments: {} }),
    steps: async () => [],
    signalCounts: async () => ({ all: 1, uncleared: 1, forTarget: false }),
    signalsOf: async () => [],
    ...troubled
  }
  const cloud: Partial<Cloud> = {
    async hosts(signal) {
      await clock.sleep(answerMs, signal)
      happened.push(signal?.aborted === true ? 'cut off' : 'answered')
      throw new CloudError('unreachable', 'enough was seen')
    }
  }
  const policy = { segmentOf: () => undefined, segment: () => undefined }
  const log = logOf()
  const ports = { clock, store, cloud, log, policy } as unknown as Ports
  const machine = { steady: clock.now, wall: clock.now }
  return {
    happened,
    said: log.said,
    supervisor: createSupervisor(ports, { owner: 'replica', ttlMs: 8000, concurrency: 9, machine })
  }
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

/** What a connection that fell silent does: it fails when its limit is over. */
async function silence(clock: VirtualClock): Promise<never> {
  await clock.sleep(8000)
  throw new StoreUnavailable('the database did not answer')
}

const silentOnce = (clock: VirtualClock): Partial<RecoveryStore>[] => {
  let renewals = 0
  let claims = 0
  const beganMs = clock.now()
  return [
    { renew: async () => (++renewals === 1 ? await silence(clock) : undefined) },
    // The recovery's own look comes at once.
    { commands: async () => (clock.now() > beganMs + 1000 ? await silence(clock) : []) },
    { leases: async () => (++claims > 1 ? await silence(clock) : []) }
  ]
}

test.each([
  ['renewal', 0],
  ['look for commands', 1],
  ['look for leases', 2]
] as const)('a %s on a connection that fell silent costs no lease', async (_, which) => {
  const clock = createVirtualClock()
  const { happened, supervisor } = bench(clock, 30_000, silentOnce(clock)[which])
  const end = new AbortController()
  const running = supervisor.run(end.signal)
  await clock.run(clock.sleep(31_000))
  expect(happened).toEqual(['answered'])
  await clock.run(supervisor.stop(10_000))
  end.abort()
  await clock.run(running)
})

test('a lease that is not renewed is lost, and its deed cut off, before anybody may take it', async () => {
  const clock = createVirtualClock()
  const { happened, supervisor } = bench(clock, 60_000, { renew: async () => await silence(clock) })
  const end = new AbortController()
  const running = supervisor.run(end.signal)
  await clock.run(clock.sleep(7900))
  expect(happened).toEqual(['cut off'])
  end.abort()
  await clock.run(running)
})

test('a process that stood still past its lease says so, and does not lay it on the database', async () => {
  const clock = createVirtualClock()
  const still = async (): Promise<never> => await silence(clock)
  const { said, supervisor } = bench(clock, 0, { renew: still, signalCounts: still, signalsOf: still })
  const end = new AbortController()
  const running = supervisor.run(end.signal)
  await clock.run(clock.sleep(9000))
  expect(said).toEqual(['recovery taken up', 'lease lost'])
  end.abort()
  await clock.run(running)
})

/** When a lease that another holds is asked for, s; `renewed`: until then it is renewed, s. A claim is refused while the database calls it alive. */
async function askedAtSeconds(renewed: number, aheadMs: number): Promise<number | undefined> {
  const clock = createVirtualClock()
  const beganMs = clock.now()
  let askedMs: number | undefined
  const leases = async (): Promise<HeldLease[]> => {
    const renewals = Math.floor(Math.min(renewed * 1000, clock.now() - beganMs) / 2667)
    const untilMs = beganMs + renewals * 2667 + 8000
    return [{ recovery: 'theirs', owner: 'other', epoch: 3, untilMs, ttlMs: 8000 }]
  }
  const claim: RecoveryStore['claim'] = async (_owner, _ttlMs, _limit, lapsed) => {
    const isOver = lapsed.some(({ untilMs }) => untilMs <= clock.now() + aheadMs)
    if (isOver) askedMs ??= clock.now()
    return []
  }
  const { supervisor } = bench(clock, 0, { leases, claim })
  const end = new AbortController()
  const running = supervisor.run(end.signal)
  await clock.run(clock.sleep(40_000))
  end.abort()
  await clock.run(running)
  return askedMs === undefined ? undefined : (askedMs - beganMs) / 1000
}

test('a lease that its owner renews is left alone, however far ahead the clock of the database is', async () => {
  expect(await askedAtSeconds(60, 300_000)).toBeUndefined()
})

test('one that stood still for as long as it lasts is taken within a tenth more', async () => {
  const lastRenewal = 7 * 2.667
  const asked = (await askedAtSeconds(20, 0))!
  expect(asked).toBeGreaterThanOrEqual(lastRenewal + 8)
  expect(asked).toBeLessThan(lastRenewal + 8 + 0.9)
})
