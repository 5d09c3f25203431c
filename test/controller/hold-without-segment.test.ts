import { expect, test } from '@jest/globals'
import { hold } from '../../src/controller/activities/hold.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import { createMemory } from '../../src/controller/recovery/context.ts'
import type { Hold, Recovery } from '../../src/core/recovery.ts'
import { fenced, holdOf, hostOf, isolation, nowMs, readingOf, recoveryOf, source } from '../core/builders.ts'

/** What a few looks say of a recovery whose segment a reload has taken away. */
function lookAt(held: Hold, recovery: Partial<Recovery>) {
  let atMs = nowMs
  const advance = async (ms: number) => {
    atMs += ms
  }
  const reading = readingOf(hostOf(source, { state: 'down', reportedAtMs: nowMs - 90_000 }), hostOf('compute-02'))
  const ctx = {
    ports: {
      cloud: { hosts: async () => reading },
      store: { signalCounts: async () => ({ all: 1, uncleared: 1 }), keepSlots: async () => undefined },
      fencing: { read: async (agent: string) => ({ agent, method: 'redfish', power: 'off', atMs }) },
      ...{
        policy: { segment: () => undefined },
        clock: { now: () => atMs, sleep: () => Promise.withResolvers<void>().promise }
      }
    },
    recovery: recoveryOf({ phase: { state: 'held', from: 'planning', hold: held }, ...recovery }),
    ...{ steps: [], memory: createMemory(), wait: advance, pause: advance, isEnding: () => false },
    interrupted: () => atMs > nowMs + 60_000
  } as unknown as Context
  return hold(ctx)
}

const gone = { code: 'guard', reason: 'the configuration has no segment rack-a any more', releasedBy: 'world' } as const

test.each<[string, Partial<Recovery>]>([
  ['before its fence', {}],
  ['after its fence', { isolation, proofs: { [source]: fenced } }]
])('what is held %s says that its segment is gone, once', async (_, recovery) => {
  expect(await lookAt(holdOf('no-target', 'world'), recovery)).toMatchObject({ type: 'stopped', hold: gone })
  expect(await lookAt(gone, recovery)).toBe('interrupted')
})
