import { expect, test } from '@jest/globals'
import { objectionBeforeFence } from '../../src/controller/activities/plan.ts'
import type { Drawn } from '../../src/controller/planning/planning.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { hostOf, nowMs, planOf, readingOf, recoveryOf, segmentOf, source } from '../core/builders.ts'
import { configOf, directoryOf, viewOf } from './builders.ts'

/** The host is empty by now; `down` look down beside it. */
function ask(down: readonly string[], recovery: Partial<Recovery>) {
  const states = [source, 'compute-02', 'compute-03', 'spare-1'].map(name =>
    hostOf(name, name === source || down.includes(name) ? { state: 'down', reportedAtMs: nowMs - 90_000 } : {})
  )
  const drawn: Drawn = {
    ...{ plan: planOf({}), listed: [], reading: readingOf(...states), aggregates: [], complete: true },
    ...{ foreign: 0, isBareMetal: false, policy: new Map() }
  }
  const ports = {
    policy: directoryOf(viewOf(), [configOf({ armed: true })]),
    clock: { now: () => nowMs },
    store: {
      ...{ arming: async () => ({ segments: {} }), acted: async () => [], sightings: async () => ({}) },
      ...{ failuresOf: async () => 0, sight: async () => undefined }
    }
  }
  const ctx = { ports, recovery: recoveryOf({ phase: { state: 'planning' }, ...recovery }) } as unknown as Context
  return objectionBeforeFence(ctx, segmentOf(), drawn)
}

const begun = { fenceIntents: { [source]: nowMs - 60_000 } }

test('an empty host needs no fence, and no guard is asked for that', async () => {
  expect(await ask(['compute-02'], {})).toMatchObject({ type: 'foundEmpty' })
})

test('one to which a power-off was sent is powered off again, but not while a guard holds', async () => {
  expect(await ask([], begun)).toMatchObject({ type: 'foundEmpty' })
  expect(await ask(['compute-02'], begun)).toMatchObject({ type: 'stopped', hold: { guard: 'hosts-down' } })
})
