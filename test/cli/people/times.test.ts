import { expect, test } from '@jest/globals'
import { withClockTimes } from '../../../src/cli/people/times.ts'

test('moments in a text are told as all others are', () => {
  const nowMs = Date.UTC(2026, 10, 27, 3, 5)
  expect(withClockTimes('at 2026-11-27T03:10:00.000Z, since 2026-11-26T23:00:01Z; not 12026-11-26', nowMs)).toBe(
    'at 03:10:00 UTC, since 2026-11-26 23:00:01 UTC; not 12026-11-26'
  )
})
