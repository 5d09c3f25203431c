import { expect, test } from '@jest/globals'
import { remedyOf } from '../../src/core/remedy.ts'
import type { Settings } from '../../src/core/segment.ts'
import type { Verdict } from '../../src/core/verdict.ts'

const plain: Settings['confirm'] = { downMs: 20_000, timeoutMs: 120_000 }

test.each<[Verdict, string, Partial<Settings['confirm']>, boolean]>([
  ['dead', 'fence', {}, true],
  ['dead', 'fence', {}, false],
  ['isolated', 'fence', {}, true],
  // It runs, and nothing would end that.
  ['isolated', 'hold', {}, false],
  ['compute-down', 'hold', {}, true],
  ['compute-down', 'wait', { computeDown: 'wait' }, true],
  ['compute-down', 'fence', { computeDown: 'fence' }, true],
  ['compute-down', 'hold', { computeDown: 'fence' }, false],
  ['degraded', 'wait', {}, true],
  ['degraded', 'dismiss', { degraded: 'dismiss' }, true],
  ['healthy', 'dismiss', {}, true],
  ['unknown', 'wait', {}, true]
])('%s leads to %s (%j, can fence: %s)', (verdict, remedy, changes, canFence) => {
  expect(remedyOf(verdict, { ...plain, ...changes }, canFence)).toBe(remedy)
})
