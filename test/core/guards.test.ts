import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { GuardName, GuardReport } from '../../src/core/guards.ts'
import {
  approvalGuard,
  armedGuard,
  chainGuard,
  foreignEvacuationsMax,
  holdCodeOf,
  holdOf,
  hostsDownGuard,
  maintenanceGuard,
  otherToolGuard,
  ownIsolationGuard
} from '../../src/core/guards.ts'
import { isolationReason, spareReason } from '../../src/core/marks.ts'
import { hostOf, nowMs, readingOf } from './builders.ts'

const approval = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1 }
const down = { state: 'down' } as const
const ours = { status: 'disabled', disabledReason: isolationReason('recovery-0') } as const

test.each<[string, GuardReport, boolean]>([
  ['an armed segment', armedGuard(true, 'rack-a'), false],
  ['a segment that observes', armedGuard(false, 'rack-a'), true],
  ['no approval is asked for', approvalGuard(false, 'hash-1', undefined, nowMs), false],
  ['an approval is asked for and missing', approvalGuard(true, 'hash-1', undefined, nowMs), true],
  ['an approval of this plan', approvalGuard(true, 'hash-1', approval, nowMs), false],
  ['an approval of another plan', approvalGuard(true, 'hash-2', approval, nowMs), true],
  ['an approval that has expired', approvalGuard(true, 'hash-1', approval, nowMs + 1), true],
  ['Nova can not be read', ownIsolationGuard(undefined, '503'), true],
  ['Nova can not be read, and nobody knows why', ownIsolationGuard(undefined), true],
  ['Nova lists no host', ownIsolationGuard(readingOf()), true],
  ['no host is up', ownIsolationGuard(readingOf(hostOf('a', down), hostOf('b', { forcedDown: true }))), true],
  ['a cell can not be read', ownIsolationGuard(readingOf(hostOf('a'), hostOf('b', { state: 'unknown' }))), true],
  ['a status can not be read', ownIsolationGuard(readingOf(hostOf('a'), hostOf('b', { status: 'unknown' }))), true],
  ['one host is up', ownIsolationGuard(readingOf(hostOf('a'), hostOf('b', down))), false],
  ['a host in service', maintenanceGuard(hostOf('a', down)), false],
  ['disabled by others', maintenanceGuard(hostOf('a', { status: 'disabled', disabledReason: 'disk swap' })), true],
  ['disabled by others, who gave no reason', maintenanceGuard(hostOf('a', { status: 'disabled' })), true],
  ['forced down by others', maintenanceGuard(hostOf('a', { ...down, forcedDown: true })), true],
  ['a spare of ours', maintenanceGuard(hostOf('a', { status: 'disabled', disabledReason: spareReason })), false],
  ['isolated by us', maintenanceGuard(hostOf('a', { ...down, ...ours, forcedDown: true })), false],
  [
    'a spare of ours that others forced down',
    maintenanceGuard(hostOf('a', { status: 'disabled', disabledReason: spareReason, forcedDown: true })),
    true
  ],
  ['no evacuation of others', otherToolGuard(0), false],
  ['a few evacuations of others', otherToolGuard(foreignEvacuationsMax), false],
  ['more evacuations of others', otherToolGuard(foreignEvacuationsMax + 1), true],
  ['a first host', chainGuard(0), false],
  ['a second target that was lost', chainGuard(2), false],
  ['a third target that was lost', chainGuard(3), true]
])('%s', (_, report, holds) => {
  expect(report.holds).toBe(holds)
  expect(report.reason).not.toBe('')
})

function storm(downCount: number, all: number, percentMax: number): GuardReport {
  const hosts = Array.from({ length: all }, (_, index) => hostOf(`h${index}`, index < downCount ? down : {}))
  const members = hosts.map(host => host.name)
  return hostsDownGuard(readingOf(...hosts, hostOf('of-others', down)), { name: 'rack-a', members, percentMax })
}

test('a single host always may, whatever share of the segment it is', () => {
  for (const all of [1, 2, 3]) for (const percentMax of [0, 10]) expect(storm(1, all, percentMax).holds).toBe(false)
})

test('more than the share that may be down holds, as much as it does not', () => {
  expect(storm(3, 10, 30).holds).toBe(false)
  expect(storm(4, 10, 30)).toEqual({
    guard: 'hosts-down',
    holds: true,
    reason: '4 of 10 hosts of rack-a look down (40 %, at most 30 %)',
    releasedBy: 'world'
  })
})

test('hosts that we isolated, and hosts of other segments, do not count as a storm', () => {
  const isolated = ['b', 'c', 'd'].map(name => hostOf(name, { ...down, ...ours, forcedDown: true }))
  const reading = readingOf(hostOf('a', down), ...isolated, hostOf('x', down))
  expect(hostsDownGuard(reading, { name: 'rack-a', members: ['a', 'b', 'c', 'd'], percentMax: 10 }).holds).toBe(false)
})

test('more hosts down never open the brake', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 1, max: 40 }), fc.nat(100), (some, all, percentMax) => {
      const downCount = Math.min(some, all)
      if (storm(downCount, all, percentMax).holds && downCount < all)
        expect(storm(downCount + 1, all, percentMax).holds).toBe(true)
    })
  )
})

test('the first guard that holds is the hold, with its own reason', () => {
  const guards = [armedGuard(true, 'rack-a'), chainGuard(3), armedGuard(false, 'rack-a')]
  expect(holdOf(guards)).toEqual({ code: 'guard', reason: guards[1]?.reason, releasedBy: 'person' })
  expect(holdOf([armedGuard(true, 'rack-a')])).toBeUndefined()
})

test.each<[GuardName, string]>([
  ['armed', 'observing'],
  ['approval', 'approval'],
  ['maintenance', 'maintenance'],
  ['own-isolation', 'cloud'],
  ['other-tool', 'other-tool'],
  ['hosts-down', 'guard'],
  ['chain', 'guard'],
  ['recoveries-per-hour', 'guard']
])('%s holds under the code %s', (guard, code) => {
  expect(holdCodeOf(guard)).toBe(code)
})

// Rules that the code breaks: `failing` goes when it no longer does.

test('spares that died look down as well (rule 21)', () => {
  const spares = ['s1', 's2', 's3'].map(name =>
    hostOf(name, { ...down, status: 'disabled', disabledReason: spareReason })
  )
  const members = ['a', 'b', 's1', 's2', 's3']
  const reading = readingOf(hostOf('a', down), hostOf('b'), ...spares)
  expect(hostsDownGuard(reading, { name: 'rack-a', members, percentMax: 30 }).holds).toBe(true)
})

test('a share just above the limit is above the limit (rule 21)', () => {
  expect(storm(304, 1000, 30).holds).toBe(true)
})
