import { expect, test } from '@jest/globals'
import { admissible } from '../../src/controller/activities/admissible.ts'
import type { Drawn } from '../../src/controller/planning/planning.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { nowMs, planOf, readingOf, recoveryOf, segmentOf } from '../core/builders.ts'
import { configOf, directoryOf, viewOf } from './builders.ts'

const drawn = {
  plan: planOf({ one: 'spare-1' }),
  reading: readingOf(),
  aggregates: [],
  foreign: 0
} as unknown as Drawn

function contextOf(recovery: Partial<Recovery>): Context {
  const acted = [{ recovery: 'r-2', host: 'compute-03', segment: 'rack-a', actedAtMs: nowMs - 60_000 }]
  const ports = {
    policy: directoryOf(viewOf(), [configOf({ armed: true })]),
    clock: { now: () => nowMs },
    store: {
      admit: async () => ({ admitted: false, acted }),
      acted: async () => acted,
      arming: async () => ({ segments: {} }),
      sightings: async () => ({}),
      failuresOf: async () => 0
    }
  }
  return { ports, recovery: recoveryOf(recovery) } as unknown as Context
}

test.each<[string, Partial<Recovery>, string]>([
  ['waits for its place in a full window', {}, 'stopped'],
  ['that another one waits for needs none', { origin: 'target' }, 'released'],
  ['that continues another one has had its place', { continues: 'r-0' }, 'released']
])('a recovery whose guard has opened, and %s', async (_, recovery, expected) => {
  const held = { code: 'guard', guard: 'storm', reason: 'a storm', releasedBy: 'world' } as const
  expect(await admissible(contextOf(recovery), held, segmentOf(), drawn)).toMatchObject({ type: expected })
})
