import { expect, test } from '@jest/globals'
import { fenceBegun } from '../../src/core/holding.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { hasEnded } from '../../src/core/recovery.ts'
import { transition } from '../../src/core/transition.ts'
import { afterFence, evidenceOf, fenced, holdOf, listedOf, nowMs, recoveryOf, source } from './builders.ts'
import { events, situations, variants } from './situations.ts'

const laterMs = nowMs + 5000

function phaseText({ phase }: Recovery): string {
  switch (phase.state) {
    case 'fencing':
      return `fencing ${phase.host}`
    case 'held':
      return `held from ${phase.from}${phase.fencing === undefined ? '' : ` ${phase.fencing}`} (${phase.hold.code})`
    case 'partial':
    case 'dismissed':
    case 'cancelled':
      return `${phase.state} (${phase.reason})`
    default:
      return phase.state
  }
}

/** The parts of a recovery that an event changed besides its state. */
function changesText(before: Recovery, after: Recovery): string {
  const told = ['evidence', 'plan', 'approval', 'isolation', 'cancelling', 'retriedAtMs'] as const
  const changed: string[] = told.filter(key => before[key] !== after[key])
  const kinds = Object.entries(after.proofs).map(([host, proof]) => `${host} ${proof.kind}`)
  if (before.proofs !== after.proofs) changed.push(`proofs: ${kinds.join(', ') || 'none'}`)
  const uses = Object.entries(after.targets).map(([host, use]) => `${host} ${use.state}`)
  if (before.targets !== after.targets) changed.push(`targets: ${uses.join(', ') || 'none'}`)
  const servers = after.servers.map(server => `${server.id} ${server.vmState}`)
  if (before.servers !== after.servers) changed.push(`servers: ${servers.join(', ')}`)
  if (before.vouchedServers !== after.vouchedServers)
    changed.push(`vouched: ${Object.keys(after.vouchedServers).join(', ')}`)
  return changed.length === 0 ? '' : ` | ${changed.join(' | ')}`
}

test.each(Object.keys(situations))('%s: what each event leads to', name => {
  const before = situations[name]!
  const lines = Object.entries({ ...events, ...variants }).flatMap(([type, event]) => {
    const after = transition(before, event, laterMs)
    return after === undefined ? [] : [`${type} -> ${phaseText(after)}${changesText(before, after)}`]
  })
  expect(`\n${lines.join('\n')}\n`).toMatchSnapshot()
})

test('an ended recovery knows no event', () => {
  for (const before of Object.values(situations).filter(hasEnded))
    for (const event of Object.values({ ...events, ...variants }))
      expect(transition(before, event, laterMs)).toBeUndefined()
})

test('the time of a state begins with the state', () => {
  expect(transition(recoveryOf(), events.confirmedDead, laterMs)?.sinceMs).toBe(laterMs)
  const held = situations['held from moving']!
  expect(transition(held, events.stopped, laterMs)?.sinceMs).toBe(nowMs)
})

test('a transition leaves the recovery that it was given as it was', () => {
  const before = structuredClone(situations)
  for (const recovery of Object.values(situations))
    for (const event of Object.values({ ...events, ...variants })) transition(recovery, event, laterMs)
  expect(situations).toEqual(before)
})

test('what a server was is written down once: a later list adds servers, and changes none', () => {
  const isolating = recoveryOf({ ...afterFence, phase: { state: 'isolating' }, servers: [listedOf('one', 'stopped')] })
  const preparing = transition(isolating, events.isolated, laterMs)
  expect(preparing?.servers).toEqual([listedOf('one', 'stopped'), listedOf('three')])
  const verifying: Recovery = { ...preparing!, phase: { state: 'verifying' } }
  const again = transition(verifying, events.lateServers, laterMs)
  expect(again?.servers).toEqual([listedOf('one', 'stopped'), listedOf('three'), listedOf('late')])
})

test('a hold before the fence may give its targets back, and starts from the evidence again', () => {
  const planning = recoveryOf({
    phase: { state: 'planning' },
    targets: { 'spare-1': { state: 'reserved', isSpare: true } }
  })
  const held = transition(planning, { ...events.stopped, release: ['spare-1'] }, laterMs)
  expect(held?.targets).toEqual({})
  for (const event of [events.released, events.retried, events.approved])
    expect(transition(held!, event, laterMs)?.phase.state).toBe('confirming')
})

test('a hold after the fence goes on with its isolation, or plans again, since what held it has changed', () => {
  const next = { isolating: 'isolating', preparing: 'planning', moving: 'planning', verifying: 'planning' } as const
  for (const from of ['isolating', 'preparing', 'moving', 'verifying'] as const) {
    const held = recoveryOf({ ...afterFence, phase: { state: 'held', from, hold: holdOf('cloud') } })
    expect(transition(held, events.released, laterMs)?.phase.state).toBe(next[from])
  }
})

test('held again it keeps the place that it was first held from', () => {
  const held = transition(situations['fencing a target']!, events.stopped, laterMs)!
  const again = transition(held, { type: 'stopped', hold: holdOf('proof'), evidence: evidenceOf('dead') }, laterMs)
  expect(again?.phase).toEqual({ state: 'held', from: 'fencing', fencing: 'spare-1', hold: holdOf('proof') })
  expect(transition(again!, events.released, laterMs)?.phase).toEqual({ state: 'fencing', host: 'spare-1' })
})

test('a recovery is partial if one server stays, and says why', () => {
  const after = transition(situations.verifying!, variants['verified (some stay)']!, laterMs)
  expect(after?.phase).toEqual({ state: 'partial', reason: 'two could not be moved' })
})

test('a hold of what was isolated keeps its targets, also when its proof has ended', () => {
  const again = situations['fencing again']!
  const held = transition(again, { ...events.stopped, release: Object.keys(again.targets) }, laterMs)
  expect(held?.targets).toEqual(again.targets)
})

test('the fence is begun by the intent to power the failed host off, by its proof, or by its isolation', () => {
  expect(fenceBegun(recoveryOf())).toBe(false)
  expect(fenceBegun(recoveryOf({ fenceIntents: { 'spare-1': nowMs } }))).toBe(false)
  expect(fenceBegun(recoveryOf({ fenceIntents: { [source]: nowMs } }))).toBe(true)
  expect(fenceBegun(recoveryOf({ proofs: { [source]: fenced } }))).toBe(true)
  expect(fenceBegun(situations['fencing again']!)).toBe(true)
})

// The tests below are rules that the code breaks: `failing` goes when it no longer does.

test.each(['confirming, power-off intended', 'planning after isolating', 'held from fencing', 'held from moving'])(
  '%s: a host that looks healthy ends nothing once its power-off was intended (rules 2 and 7)',
  name => {
    const after = transition(situations[name]!, events.foundHealthy, laterMs)
    expect(after === undefined || !hasEnded(after)).toBe(true)
  }
)

test('a vouch for a host that could not be fenced again takes the place of the proof (rule 16)', () => {
  const after = transition(situations['held from fencing again']!, events.vouched, laterMs)
  expect(after?.proofs[source]?.kind).toBe('vouched')
  expect(after?.phase.state).not.toBe('fencing')
})

test('a host that came on is fenced again in an uninterrupted move only (rule 7)', () => {
  expect(transition(situations.preparing!, events.sourceCameOn, laterMs)?.phase.state).not.toBe('fencing')
})

test('an empty host whose power-off was intended is not verified before it is proven off (rule 7)', () => {
  const before = recoveryOf({ phase: { state: 'planning' }, fenceIntents: { [source]: nowMs } })
  expect(transition(before, events.foundEmpty, laterMs)?.phase.state).not.toBe('verifying')
})
