import { expect, test } from '@jest/globals'
import type { GuardInput } from '../../src/controller/check-guards.ts'
import { checkGuards, isArmed } from '../../src/controller/check-guards.ts'
import type { Arming } from '../../src/controller/ports.ts'
import { holdOf } from '../../src/core/guards/hold-of.ts'
import { hostOf, nowMs, readingOf, recoveryOf, segmentOf, source } from '../core/builders.ts'
import { configOf, directoryOf, viewOf } from './builders.ts'

const policy = directoryOf(viewOf(), [configOf(), configOf({ name: 'rack-b', armed: true })])
const armed: Arming = { armed: true, segments: {} }
const calm = readingOf(hostOf(source, { state: 'down' }), hostOf('compute-02'), hostOf('compute-03'))

function inputOf(changes: Partial<GuardInput> = {}): GuardInput {
  return {
    recovery: recoveryOf(),
    segment: segmentOf(),
    reading: calm,
    aggregates: [],
    failures: 0,
    node: 'not applicable',
    foreign: 0,
    planHash: 'hash-1',
    nowMs,
    ...changes
  }
}

function holding(changes: Partial<GuardInput>, arming: Arming = armed): string[] {
  return checkGuards(inputOf(changes), arming, policy)
    .filter(guard => guard.holds)
    .map(guard => guard.guard)
}

test.each<[string, Arming, boolean]>([
  ['rack-a', { segments: {} }, false],
  ['rack-b', { segments: {} }, true],
  ['rack-a', { armed: true, segments: {} }, true],
  ['rack-b', { armed: false, segments: {} }, false],
  ['rack-a', { armed: false, segments: { 'rack-a': true } }, true],
  ['rack-a', { armed: true, segments: { 'rack-a': false } }, false],
  ['rack-a', { segments: { 'rack-b': true } }, false]
])('%s under %j is armed: %s', (segment, arming, expected) => {
  expect(isArmed(segment, arming, policy)).toBe(expected)
})

test('a single dead host of an armed segment may be acted on, and every guard says why', () => {
  expect(holding({})).toEqual([])
  expect(checkGuards(inputOf(), armed, policy).map(guard => guard.guard)).toEqual([
    'own-isolation',
    'bmc-network',
    'control-plane',
    'other-tool',
    'maintenance',
    'chain',
    'site-start',
    'hosts-down',
    'storm',
    'domain',
    'flapping',
    'armed',
    'approval'
  ])
})

test('observing holds last of what the world says, so that a person sees what else would', () => {
  const storm = readingOf(
    hostOf(source, { state: 'down' }),
    hostOf('compute-02', { state: 'down' }),
    hostOf('compute-03')
  )
  expect(holding({ reading: storm }, { segments: {} })).toEqual(['hosts-down', 'armed'])
  expect(holdOf(checkGuards(inputOf({ reading: storm }), { segments: {} }, policy))?.code).toBe('guard')
})

test('an unreadable cell, another tool and a chain hold', () => {
  expect(holding({ reading: readingOf(...calm.hosts, hostOf('x', { state: 'unknown' })) })).toEqual(['own-isolation'])
  expect(holding({ foreign: 4 })).toEqual(['other-tool'])
  expect(holding({ recovery: recoveryOf({ chain: 3 }) })).toEqual(['chain'])
})

test('a lost target does not count as a storm, but its chain does', () => {
  const storm = readingOf(hostOf(source, { state: 'down' }), hostOf('spare-1', { state: 'down' }), hostOf('compute-02'))
  expect(holding({ reading: storm })).toEqual(['hosts-down'])
  expect(holding({ reading: storm, recovery: recoveryOf({ origin: 'target', chain: 1 }) })).toEqual([])
  expect(holding({ reading: storm, recovery: recoveryOf({ origin: 'target', chain: 3 }) })).toEqual(['chain'])
})

test('an approval is asked for where it is required, and counts for this plan', () => {
  const segment = segmentOf({ approval: 'required' })
  const approval = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1 }
  expect(holding({ segment })).toEqual(['approval'])
  expect(holding({ segment, recovery: recoveryOf({ approval }) })).toEqual([])
  expect(holding({ segment, recovery: recoveryOf({ approval }), planHash: 'hash-2' })).toEqual(['approval'])
})

test('a host under maintenance is left alone', () => {
  const theirs = hostOf(source, { state: 'down', status: 'disabled', disabledReason: 'disk swap' })
  expect(holding({ reading: readingOf(theirs, hostOf('compute-02')) })).toEqual(['maintenance'])
})
