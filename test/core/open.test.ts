import { expect, test } from '@jest/globals'
import { fenceBegun } from '../../src/core/holding.ts'
import { isIsolatedByUs, isOurs, isolationReason, spareReason } from '../../src/core/marks.ts'
import { continueRecovery, openRecovery } from '../../src/core/open.ts'
import { hasEnded, proofOf } from '../../src/core/recovery.ts'
import { fitsInto, subtract } from '../../src/core/room.ts'
import { lastStep } from '../../src/core/step.ts'
import { transition } from '../../src/core/transition.ts'
import {
  afterFence,
  candidateOf,
  evacuateOf,
  evidenceOf,
  fenced,
  nowMs,
  recoveryOf,
  segmentOf,
  source
} from './builders.ts'
import { events } from './situations.ts'

test('a recovery opens with the settings of its segment frozen in, and nothing begun', () => {
  const segment = segmentOf()
  const recovery = openRecovery('r1', source, segment, 'target', nowMs, { chain: 2 })
  expect(recovery).toMatchObject({ phase: { state: 'confirming' }, chain: 2, origin: 'target', segment: 'rack-a' })
  expect(recovery.settings).toEqual(segment.settings)
  expect(fenceBegun(recovery)).toBe(false)
  expect(recovery).not.toHaveProperty('continues')
})

test('what the deciding rule sets stands in place of the settings, and stays with the recovery', () => {
  const segment = segmentOf()
  const overrides = {
    approval: 'required',
    method: 'auto',
    confirm: { downMs: 60_000 },
    evacuate: { attempts: 7 }
  } as const
  const decision = { outcome: 'recover', rule: 'r', because: 'rule "r" says recover', tried: [], overrides } as const
  const recovery = openRecovery('r1', source, segment, 'alarm', nowMs, { decision })
  expect(recovery.decision).toEqual(decision)
  expect(recovery.settings).toEqual({
    ...segment.settings,
    method: 'auto',
    confirm: { ...segment.settings.confirm, downMs: 60_000 },
    evacuate: { ...segment.settings.evacuate, attempts: 7 }
  })
})

const partial = recoveryOf({
  ...afterFence,
  phase: { state: 'partial', reason: 'two stays' },
  evidence: evidenceOf('dead'),
  guards: [],
  approval: { planHash: 'hash-1', by: 'alice', untilMs: nowMs },
  cancelling: { by: 'alice', reason: 'enough' }
})

test('what continues a partial recovery keeps the proof, the isolation and what the servers left were', () => {
  const next = continueRecovery('r2', partial, new Set(['two']), nowMs + 1)
  expect(next).toMatchObject({ id: 'r2', continues: partial.id, phase: { state: 'planning' }, openedAtMs: nowMs + 1 })
  expect(proofOf(next)).toEqual(fenced)
  expect(next.isolation).toEqual(partial.isolation)
  expect(next.servers).toEqual(partial.servers.filter(({ id }) => id === 'two'))
})

test('it plans anew: no plan, approval, target or cancel of the old one counts, and attempts count from now', () => {
  const next = continueRecovery('r2', partial, new Set(), nowMs + 1)
  for (const key of ['plan', 'approval', 'evidence', 'guards', 'cancelling']) expect(next).not.toHaveProperty(key)
  expect(next.targets).toEqual({})
  expect(next.retriedAtMs).toBe(nowMs + 1)
  expect(transition(next, events.planned, nowMs + 2)?.phase.state).toBe('preparing')
})

test('ends are the four states that nothing follows', () => {
  expect(hasEnded(partial)).toBe(true)
  expect(hasEnded(recoveryOf())).toBe(false)
})

test('ours is what bears our marks, nothing else', () => {
  expect(isOurs(spareReason)).toBe(true)
  expect(isOurs(isolationReason('r1'))).toBe(true)
  expect(isIsolatedByUs(isolationReason('r1'))).toBe(true)
  expect(isIsolatedByUs(spareReason)).toBe(false)
  for (const reason of [undefined, '', 'disk swap', `not ${spareReason}`]) expect(isOurs(reason)).toBe(false)
})

test('the newest attempt of a kind at a target is the last step, in whatever order they are read', () => {
  const steps = [
    evacuateOf('one', 's2', { attempt: 2 }),
    evacuateOf('one', 's1'),
    evacuateOf('two', 's1', { attempt: 3 }),
    { ...evacuateOf('one', 's1', { attempt: 9 }), kind: 'reset' } as const
  ]
  expect(lastStep(steps, 'evacuate', 'one')?.attempt).toBe(2)
  expect(lastStep(steps.toReversed(), 'evacuate', 'one')?.attempt).toBe(2)
  expect(lastStep(steps, 'stop', 'one')).toBeUndefined()
})

test('what a host does not offer is no room, unless nothing of it is needed', () => {
  const { room } = candidateOf('s1', { free: { VCPU: 2 }, maxUnit: { VCPU: 1 } })
  expect(fitsInto({ VCPU: 1, DISK_GB: 0 }, room)).toBeUndefined()
  expect(fitsInto({ DISK_GB: 1 }, room)).toBe('offers no DISK_GB')
  expect(fitsInto({ VCPU: 3 }, room)).toBe('has 2 VCPU left of the 3 needed')
  expect(fitsInto({ VCPU: 2 }, room)).toBe('gives at most 1 VCPU to one server, 2 are needed')
  expect(fitsInto({ VCPU: 1 }, { ...room, free: { VCPU: -4 } })).toBe('has 0 VCPU left of the 1 needed')
})

test('what is taken is missing afterwards, and what was there is left as it was', () => {
  const free = { VCPU: 2, MEMORY_MB: 8 }
  expect(subtract(free, { VCPU: 3 })).toEqual({ VCPU: -1, MEMORY_MB: 8 })
  expect(subtract({}, { VCPU: 1 })).toEqual({ VCPU: -1 })
  expect(free.VCPU).toBe(2)
})
