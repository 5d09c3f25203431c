import { expect, test } from '@jest/globals'
import type { Move } from '../../src/core/moves.ts'
import { moveOf, movesOf, pinOf, restoreKind } from '../../src/core/moves.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import type { Step } from '../../src/core/step.ts'
import { afterFence, evacuateOf, fenced, listedOf, nowMs, planOf, recoveryOf } from './builders.ts'

const base = recoveryOf({ ...afterFence, phase: { state: 'moving' } })

function move(steps: readonly Step[], recovery: Recovery = base, server = 'one'): Move {
  return moveOf(server, `name-of-${server}`, recovery, steps)
}

function failed(to: string, attempt: number, changes: Partial<Step> = {}): Step {
  return evacuateOf('one', to, { state: 'failed', attempt, endedAtMs: nowMs, intentAtMs: nowMs + attempt, ...changes })
}

const reached = { reached: true } as const
const provenSpare: Recovery = { ...base, proofs: { ...base.proofs, 'spare-1': fenced } }

test.each<[string, readonly Step[], Recovery, Move['state']]>([
  ['nothing was asked yet', [], base, 'waiting'],
  ['asked, and no answer', [evacuateOf('one', 'spare-1', { state: 'sending' })], base, 'sending'],
  ['Nova is at it', [evacuateOf('one', 'spare-1')], base, 'moving'],
  ['it was gone', [evacuateOf('one', 'spare-1', { state: 'skipped' })], base, 'gone'],
  ['it arrived', [evacuateOf('one', 'spare-1', { state: 'done' })], base, 'arrived'],
  ['one attempt of two failed', [failed('spare-1', 1)], base, 'waiting'],
  ['both attempts failed', [failed('spare-1', 1), failed('spare-2', 2)], base, 'failed'],
  [
    'requests that never left us do not count',
    [1, 2, 3].map(n => failed('spare-1', n, { unsent: true })),
    base,
    'waiting'
  ],
  ['it failed, and is planned no more', [failed('spare-1', 1)], { ...base, plan: planOf({}) }, 'failed'],
  [
    'both failed, and a person retries',
    [failed('spare-1', 1), failed('spare-2', 2)],
    { ...base, retriedAtMs: nowMs + 9 },
    'waiting'
  ],
  [
    'both failed after the retry',
    [failed('spare-1', 1), failed('spare-2', 2)],
    { ...base, retriedAtMs: nowMs },
    'failed'
  ],
  ['it reached its target once', [failed('spare-1', 1, reached)], base, 'waiting'],
  ['it reached its target twice', [failed('spare-1', 1, reached), failed('spare-1', 2, reached)], base, 'failed'],
  [
    'it reached it twice, and that is proven off',
    [failed('spare-1', 1, reached), failed('spare-1', 2, reached)],
    provenSpare,
    'waiting'
  ],
  [
    'the newest attempt counts, in any order',
    [evacuateOf('one', 'spare-1', { attempt: 2 }), failed('spare-1', 1)],
    base,
    'moving'
  ]
])('%s', (_, steps, recovery, state) => {
  expect(move(steps, recovery).state).toBe(state)
})

test('a server that stays says why, and one that is nowhere in the plan too', () => {
  const stays = { server: 'one', name: 'name-of-one', because: 'kind', reason: 'it was never started' } as const
  const recovery: Recovery = { ...base, plan: planOf({ two: 'spare-1' }, { staying: [stays] }) }
  expect(move([], recovery)).toMatchObject({ state: 'stays', reason: 'it was never started' })
  expect(move([], { ...base, plan: planOf({}) })).toMatchObject({ state: 'stays', reason: 'it is not in the plan' })
})

test('a server that had been stopped is brought back to that before it counts as arrived', () => {
  const done = evacuateOf('two', 'spare-1', { state: 'done' })
  const stop = { ...done, kind: 'stop', state: 'sent' } as const
  expect(move([done], base, 'two').state).toBe('arrived')
  expect(move([done, stop], base, 'two').state).toBe('restoring')
  expect(move([done, { ...stop, state: 'done' }], base, 'two').state).toBe('arrived')
})

test.each(['paused', 'suspended', 'rescued'])('a server that was %s is reported to have lost its memory', vmState => {
  const recovery: Recovery = { ...base, servers: [listedOf('one', vmState)] }
  const arrived = move([evacuateOf('one', 'spare-1', { state: 'done' })], recovery)
  expect(arrived.reason).toBe(`it was ${vmState}; it runs now, and what it had in memory is lost`)
})

test('a move that waits is for the target of the plan, one under way for the one that was asked', () => {
  const replanned: Recovery = { ...base, plan: planOf({ one: 'spare-2' }) }
  expect(move([failed('spare-1', 1)], replanned).target).toBe('spare-2')
  expect(move([evacuateOf('one', 'spare-1')], replanned).target).toBe('spare-1')
})

test('every server is listed once: from the binding list, the plan, and those that stay', () => {
  const stays = { server: 'three', name: 'three', because: 'kind', reason: 'no' } as const
  const recovery: Recovery = { ...base, plan: planOf({ one: 'spare-1', late: 'spare-1' }, { staying: [stays] }) }
  expect(
    movesOf(recovery, [])
      .map(one => one.server)
      .toSorted()
  ).toEqual(['late', 'one', 'three', 'two'])
})

test('attempts are counted without those that were not needed', () => {
  expect(move([failed('spare-1', 1), evacuateOf('one', 'spare-1', { attempt: 2 })]).attempts).toBe(2)
  expect(move([evacuateOf('one', 'spare-1', { state: 'skipped' })]).attempts).toBe(0)
})

test('what reached a target goes to no other until that target is proven off, or a person vouches', () => {
  const steps = [failed('spare-1', 1, reached), failed('spare-1', 2)]
  expect(pinOf('one', base, steps)).toBe('spare-1')
  expect(pinOf('two', base, steps)).toBeUndefined()
  expect(pinOf('one', base, [failed('spare-1', 1)])).toBeUndefined()
  expect(pinOf('one', provenSpare, steps)).toBeUndefined()
  expect(
    pinOf('one', { ...base, vouchedServers: { one: { by: 'alice', atMs: nowMs + 60_000 } } }, steps)
  ).toBeUndefined()
})

test('a proof of one target does not free a server from another that it reached later', () => {
  const steps = [failed('spare-1', 1, reached), failed('spare-2', 2, reached)]
  expect(pinOf('one', provenSpare, steps)).toBe('spare-2')
})

// Alice looked at spare-1; what reached spare-2 after her
// word may run there all the same.
test('a vouch for a server is about what she saw, not about attempts that come later (rule 14)', () => {
  const vouched: Recovery = { ...base, vouchedServers: { one: { by: 'alice', atMs: nowMs + 60_000 } } }
  const steps = [failed('spare-1', 1, reached), failed('spare-2', 2, { ...reached, intentAtMs: nowMs + 3_600_000 })]
  expect(pinOf('one', vouched, steps)).toBe('spare-2')
})

test('what was stopped, or was being stopped, is stopped again where it arrives (rule 9)', () => {
  expect(restoreKind(listedOf('one', 'stopped'))).toBe('stop')
  expect(restoreKind({ ...listedOf('one'), taskState: 'powering-off' })).toBe('stop')
  expect(restoreKind({ ...listedOf('one'), taskState: 'rebooting' })).toBeUndefined()
  expect(restoreKind(listedOf('one'))).toBeUndefined()
})
