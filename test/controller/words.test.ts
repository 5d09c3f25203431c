import { beforeEach, expect, test } from '@jest/globals'
import type { Change, Command } from '../../src/controller/ports/ports.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import { createMemory } from '../../src/controller/recovery/context.ts'
import { mustLeaveOff } from '../../src/controller/recovery/words.ts'
import type { Ladder } from '../../src/core/ladder.ts'
import type { Phase } from '../../src/core/recovery.ts'
import { StoreUnavailable } from '../../src/errors.ts'
import { holdOf, nowMs, recoveryOf, source } from '../core/builders.ts'

const fencing: Phase = { state: 'fencing', host: source }
let waiting: Command[]
let written: Change[]
let armed: boolean
let isAway: boolean
let ladder: Ladder

beforeEach(() => {
  waiting = []
  written = []
  armed = true
  isAway = false
  ladder = [{ agents: ['bmc'], timeoutMs: 10_000, retries: 0 }]
})

function contextIn(phase: Phase): Context {
  const store = {
    async commands() {
      if (isAway) throw new StoreUnavailable('away')
      return waiting
    },
    arming: async () => ({ armed, segments: {} }),
    async write(_lease: unknown, change: Change) {
      written.push(change)
      return { version: 7 }
    }
  }
  const ctx = {
    ports: {
      store,
      clock: { now: () => nowMs },
      policy: { approvalMinutes: 60, armed: () => true, segment: () => ({ fencing: ladder }) }
    },
    recovery: recoveryOf({ phase }),
    ...{ version: 7, steps: [], lease: {}, memory: createMemory() }
  }
  return ctx as unknown as Context
}

const word = (kind: Command['kind']): Command => ({
  ...{ id: `the-${kind}`, recovery: 'recovery-1', kind, actor: 'alice', reason: 'I looked', version: 7, atMs: nowMs }
})

test('a word that is refused is answered, and the work goes on', async () => {
  waiting = [word('vouch'), word('retry')]
  expect(await mustLeaveOff(contextIn(fencing))).toBe(false)
  const why = 'of alice refused: it is fencing; only a held recovery can be'
  expect(written).toMatchObject([
    { commands: [{ id: 'the-vouch', result: `vouch ${why} vouched for` }], events: [{ data: { refused: true } }] },
    { commands: [{ id: 'the-retry', result: `retry ${why} retried` }], events: [{ data: { refused: true } }] }
  ])
  expect(written.some(({ recovery }) => recovery !== undefined)).toBe(false)
})

test('one that changes something ends the work, and is left to be obeyed', async () => {
  waiting = [word('vouch'), word('cancel')]
  expect(await mustLeaveOff(contextIn(fencing))).toBe(true)
  expect(written.flatMap(({ commands }) => commands?.map(({ id }) => id))).toEqual(['the-vouch'])
})

test('disarmed, the work is left off once; armed, it goes on', async () => {
  const ctx = contextIn({ state: 'moving' })
  expect(await mustLeaveOff(ctx)).toBe(false)
  armed = false
  expect([await mustLeaveOff(ctx), await mustLeaveOff(ctx)]).toEqual([true, false])
  armed = true
  expect(await mustLeaveOff(ctx)).toBe(false)
  armed = false
  expect(await mustLeaveOff(ctx)).toBe(true)
})

test('disarmed again after it was held for that and armed, it is left off again', async () => {
  const ctx = contextIn(fencing)
  armed = false
  expect(await mustLeaveOff(ctx)).toBe(true)
  ctx.recovery = recoveryOf({ phase: { state: 'held', from: 'fencing', hold: holdOf('observing') } })
  armed = true
  expect(await mustLeaveOff(ctx)).toBe(true)
  ctx.recovery = recoveryOf({ phase: fencing })
  armed = false
  expect(await mustLeaveOff(ctx)).toBe(true)
})

test('a climb is left off when the segment is fenced by another ladder now', async () => {
  const ctx = contextIn(fencing)
  ctx.memory.ladder = ladder
  expect(await mustLeaveOff(ctx)).toBe(false)
  ladder = [{ agents: ['pdu'], timeoutMs: 10_000, retries: 0 }]
  expect(await mustLeaveOff(ctx)).toBe(true)
})

test('what is held looks again at whatever it was woken for, and leaves the words to be obeyed', async () => {
  waiting = [word('retry')]
  expect(await mustLeaveOff(contextIn({ state: 'held', from: 'fencing', hold: holdOf('not-fenced') }))).toBe(true)
  expect(written).toEqual([])
})

test('a store that is away stops no work', async () => {
  isAway = true
  expect(await mustLeaveOff(contextIn(fencing))).toBe(false)
})
