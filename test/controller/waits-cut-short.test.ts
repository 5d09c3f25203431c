import { expect, test } from '@jest/globals'
import { plan } from '../../src/controller/activities/plan.ts'
import { rereadProof } from '../../src/controller/judgement/reread-proof.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import { createMemory } from '../../src/controller/recovery/context.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { hostOf, nowMs, readingOf, recoveryOf, segmentOf, source } from '../core/builders.ts'

const nobody = async () => []

/** Everything is as it was at each look; the process is told to stop in the first wait, if `isEnding`. */
function contextOf(isEnding: boolean, recovery: Partial<Recovery>): Context {
  let hasWaited = false
  const cloud = {
    hosts: async () => readingOf(hostOf(source, { state: 'down', reportedAtMs: nowMs - 90_000 })),
    needs: async () => new Map(),
    ...{ serversOn: nobody, migrationsFrom: nobody, groups: nobody, bareMetalHosts: nobody },
    ...{ aggregates: nobody, rooms: nobody }
  }
  const store = {
    ...{ targets: async () => ({}), openHosts: async () => ({}), isolationOf: async () => undefined },
    signalCounts: async () => ({ all: 1, forTarget: false })
  }
  return {
    ports: {
      ...{ cloud, store, clock: { now: () => nowMs } },
      policy: { segment: () => segmentOf({ fencing: 'waived' }) }
    },
    recovery: recoveryOf(recovery),
    steps: [],
    memory: createMemory(),
    async pause() {
      hasWaited = true
    },
    isEnding: () => isEnding && hasWaited
  } as unknown as Context
}

test('that no report came while the process was told to stop is no proof of death', async () => {
  const vouched = { proofs: { [source]: { kind: 'vouched', by: 'alice', reason: 'I looked', atMs: nowMs } } } as const
  expect(await rereadProof(contextOf(false, vouched))).toMatchObject({ stands: true })
  expect(await rereadProof(contextOf(true, vouched))).toMatchObject({ stands: false, on: false })
})

test('a host that looks empty is not dismissed when the process was told to stop before the second look', async () => {
  expect(await plan(contextOf(false, { phase: { state: 'planning' } }))).toMatchObject({ type: 'foundEmpty' })
  expect(await plan(contextOf(true, { phase: { state: 'planning' } }))).toBe('interrupted')
})
