import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { GuardName, GuardReport } from '../../src/core/guards/guard.ts'
import { approvable, clear, closed } from '../../src/core/guards/guard.ts'
import { armedGuard } from '../../src/core/guards/people.ts'
import type { Obedience, Order } from '../../src/core/obey.ts'
import { obey } from '../../src/core/obey.ts'
import type { HoldCode, Recovery } from '../../src/core/recovery.ts'
import { hasEnded } from '../../src/core/recovery.ts'
import { transition } from '../../src/core/transition.ts'
import { afterFence, fenced, holdOf, nowMs, planOf, recoveryOf, source } from './builders.ts'
import { situations } from './situations.ts'

const version = 7
const at = { nowMs, approvalMs: 3_600_000, steps: [] }

function order(kind: Order['kind'], changes: Partial<Order> = {}): Order {
  return { kind, actor: 'alice', reason: 'I looked', version, ...changes }
}

function held(code: HoldCode, changes: Partial<Recovery> = {}): Recovery {
  return recoveryOf({ phase: { state: 'held', from: 'fencing', fencing: source, hold: holdOf(code) }, ...changes })
}

function refusal(answer: Obedience): string | undefined {
  return 'refused' in answer ? answer.refused : undefined
}

const orders = fc.record(
  {
    kind: fc.constantFrom('approve' as const, 'vouch' as const, 'retry' as const, 'cancel' as const),
    actor: fc.constant('alice'),
    reason: fc.constant('I looked'),
    version: fc.integer({ min: version - 2, max: version + 1 }),
    ...{ host: fc.constantFrom(source, 'spare-1', 'spare-2'), server: fc.constantFrom('one', 'nine') }
  },
  { requiredKeys: ['kind', 'actor', 'reason', 'version'] }
)

test('an order about an older version is refused, only a cancel is not', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(situations)), orders, (recovery, one) => {
      const answer = obey(recovery, version, one, at)
      if (hasEnded(recovery)) expect(refusal(answer)).toBe('the recovery has ended')
      else if (one.kind === 'cancel') expect(refusal(answer)).toBeUndefined()
      else if (one.version !== version) expect(refusal(answer)).toBe('the recovery had moved on since; look again')
    })
  )
})

test('what is obeyed means something in the state that the recovery is in, and names the person', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(situations)), orders, (recovery, one) => {
      const answer = obey(recovery, version, one, at)
      if ('refused' in answer) return
      expect(transition(recovery, answer.event, nowMs)).toBeDefined()
      expect(answer.said).toContain('alice')
      expect(answer.said).toContain('I looked')
    })
  )
})

test.each(['confirming', 'moving', 'verifying'])('while %s there is nothing to retry, approve or vouch for', name => {
  for (const kind of ['retry', 'approve', 'vouch'] as const)
    expect(refusal(obey(situations[name]!, version, order(kind), at))).toBeDefined()
})

test('an approval counts for the plan that was seen, and expires', () => {
  const answer = obey(held('approval', { plan: planOf({ one: 'spare-1' }) }), version, order('approve'), at)
  expect(answer).toMatchObject({
    event: { type: 'approved', approval: { planHash: 'hash-1', by: 'alice', untilMs: nowMs + at.approvalMs } }
  })
})

test('only what waits for an approval can be approved', () => {
  expect(refusal(obey(held('approval'), version, order('approve'), at))).toBeDefined()
  expect(refusal(obey(held('guard', { plan: planOf({}) }), version, order('approve'), at))).toBeDefined()
})

test.each<[HoldCode, boolean]>([
  ['not-fenced', true],
  ['proof', true],
  ['power', false],
  ['unconfirmed', false],
  ['compute-down', false],
  ['maintenance', false],
  ['observing', false],
  ['approval', false],
  ['guard', false],
  ['no-target', false],
  ['target', false],
  ['cloud', false]
])('held for %s: a vouch for the failed host stands: %s', (code, stands) => {
  for (const host of [{}, { host: source }])
    expect(refusal(obey(held(code), version, order('vouch', host), at)) === undefined).toBe(stands)
})

test('a target is vouched for by name, if its proof is missing and it is a target', () => {
  const recovery = { ...situations['held from moving']!, ...held('target', afterFence) }
  expect(obey(recovery, version, order('vouch', { host: 'spare-1' }), at)).toMatchObject({
    event: { type: 'vouched', host: 'spare-1', by: 'alice' }
  })
  expect(refusal(obey(recovery, version, order('vouch', { host: 'spare-9' }), at))).toBeDefined()
  const sent = { kind: 'evacuate', target: 'one', to: 'spare-9', attempt: 1, state: 'sent', intentAtMs: nowMs } as const
  expect(obey(recovery, version, order('vouch', { host: 'spare-9' }), { ...at, steps: [sent] })).toMatchObject({
    event: { type: 'vouched', host: 'spare-9' }
  })
  const known = { ...recovery, proofs: { ...recovery.proofs, 'spare-1': fenced } }
  expect(refusal(obey(known, version, order('vouch', { host: 'spare-1' }), at))).toBeDefined()
})

test('a server is vouched for only if it is of this recovery', () => {
  const stays = { server: 'six', name: 'six', because: 'person', reason: 'a live migration had begun' } as const
  const recovery = held('servers', { ...afterFence, plan: planOf({}, { staying: [stays] }) })
  for (const server of ['one', 'six'])
    expect(obey(recovery, version, order('vouch', { server }), at)).toMatchObject({ event: { server } })
  expect(refusal(obey(recovery, version, order('vouch', { server: 'nine' }), at))).toBe(
    'server nine is not of this recovery'
  )
})

//
test('while a target is not proven off, a vouch without a name does not replace the proof of the failed host (rule 16)', () => {
  const recovery: Recovery = {
    ...situations['held from fencing a target']!,
    phase: { state: 'held', from: 'fencing', fencing: 'spare-1', hold: holdOf('not-fenced') }
  }
  const answer = obey(recovery, version, order('vouch'), at)
  const after = 'refused' in answer ? recovery : transition(recovery, answer.event, nowMs)
  expect(after?.proofs[source]).toEqual(fenced)
})

test('an approval is taken where a guard holds that it may release, and refused where it may not', () => {
  for (const guard of Object.keys(approvable) as GuardName[]) {
    const hold = { ...holdOf('guard'), guard }
    const recovery = recoveryOf({ phase: { state: 'held', from: 'planning', hold }, plan: planOf({ one: 'spare-1' }) })
    const answer = obey(recovery, version, order('approve'), at)
    if (approvable[guard]) expect(answer).toMatchObject({ event: { approval: { planHash: 'hash-1', by: 'alice' } } })
    else expect(refusal(answer)).toBe('an approval does not end this hold: held for guard')
  }
})

test('an approval is refused while a guard holds that no approval releases: it would run out, and look like leave given', () => {
  const hold = { ...holdOf('guard'), guard: 'hosts-down' } as const
  const phase = { state: 'held', from: 'planning', hold } as const
  const given = (armed: boolean) =>
    obey(
      recoveryOf({
        ...{ phase, plan: planOf({ one: 'spare-1' }) },
        guards: [closed('hosts-down', '2 of 3', 'world', {}), armedGuard(armed, 'rack-a')]
      }),
      version,
      order('approve'),
      at
    )
  expect(refusal(given(false))).toMatch(
    /^no approval releases what held as well at the last look: armed: segment rack-a only observes.*retry looks again/
  )
  expect(given(true)).toMatchObject({ event: { type: 'approved' } })
})

test('an approval names the guards that the person was shown: those that hold, and those that were let through before', () => {
  const report = (guard: GuardName, changes: Partial<GuardReport>): GuardReport => ({
    ...clear(guard, 'because', {}),
    ...changes
  })
  const guards = [
    report('maintenance', {}),
    report('chain', {}),
    report('hosts-down', { holds: true }),
    report('storm', { holds: true }),
    report('flapping', { approvedBy: 'bob' })
  ]
  const hold = { ...holdOf('guard'), guard: 'recoveries-per-hour' } as const
  const phase = { state: 'held', from: 'planning', hold } as const
  const answer = obey(recoveryOf({ phase, guards, plan: planOf({ one: 'spare-1' }) }), version, order('approve'), at)
  expect(answer).toMatchObject({
    event: { approval: { releases: ['hosts-down', 'storm', 'flapping', 'recoveries-per-hour'] } },
    said: expect.stringContaining('lets hosts-down, storm, flapping, recoveries-per-hour through')
  })
})
