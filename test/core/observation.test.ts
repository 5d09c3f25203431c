import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { NovaView } from '../../src/core/observation.ts'
import { wordOfAlarm, wordOfNova, wordOfOthers, wordOfPower } from '../../src/core/observation.ts'
import { hostOf, nowMs, readingOf, source } from './builders.ts'

const downMs = 20_000
const old = nowMs - 60_000

type Changes = Parameters<typeof hostOf>[1]

function view(host: Changes | undefined, more: Partial<NovaView> = {}): NovaView {
  return { host: host && hostOf(source, host), atMs: nowMs, reportsSeen: 0, ...more }
}

const forced = (reportedAtMs: number) =>
  ({ state: 'down', forcedDown: true, status: 'disabled', reportedAtMs }) as const
const down = { state: 'down', reportedAtMs: old } as const

test.each<[string, NovaView, string, number?]>([
  ['down for long enough', view(down), 'down'],
  ['down for exactly long enough', view({ state: 'down', reportedAtMs: nowMs - downMs }), 'down'],
  ['down, but its report is young', view({ state: 'down', reportedAtMs: nowMs - downMs + 1 }), 'unknown'],
  ['Nova can not be read', view(undefined, { error: '503' }), 'unknown'],
  ['Nova knows no such host', view(undefined), 'unknown'],
  ['its cell can not be read', view({ status: 'unknown', state: 'unknown', reportedAtMs: old }), 'unknown'],
  ['it has never reported', { ...view(down), host: neverReported() }, 'unknown'],
  ['Nova still calls it up, and nothing new came', view({ reportedAtMs: nowMs - 5000 }), 'unknown'],
  ['Nova still calls it up though its report is old', view({ reportedAtMs: old }), 'silent'],
  ['Nova still calls it up, and it is between two reports', view({ reportedAtMs: nowMs - 8000 }), 'unknown', 5000],
  ['it is up and reports again', view({ reportedAtMs: nowMs - 3000 }, { reportsSeen: 2 }), 'alive'],
  ['it is up, and its date moved once', view({ reportedAtMs: nowMs - 3000 }, { reportsSeen: 1 }), 'unknown'],
  ['forced down, but its reports move on by themselves', view(forced(nowMs - 3000), { reportsSeen: 2 }), 'alive'],
  ['forced down, and its date moved once', view(forced(nowMs - 3000), { reportsSeen: 1 }), 'unknown'],
  ['forced down with a young report that has not moved', view(forced(nowMs - 3000)), 'unknown'],
  ['forced down at the first look, its report young', view(forced(nowMs)), 'unknown'],
  ['forced down, and silent for long enough', view(forced(old)), 'down'],
  // What a site asks for may be less than the time between two reports.
  ['forced down, and between two reports', view(forced(nowMs - 8000)), 'unknown', 5000],
  ['forced down, between two reports, and others came', view(forced(nowMs - 8000), { reportsSeen: 2 }), 'alive', 5000],
  ['reports moved on, but long ago', view(down, { reportsSeen: 3 }), 'down'],
  // Any PUT on the service moves updated_at once (so it does when an operator disables a dead host while we look), and
  // Nova's state follows real reports at once.
  [
    'its date moved while Nova goes on calling it down (rules 3 and 6)',
    view({ state: 'down', status: 'disabled', reportedAtMs: nowMs - 3000 }, { reportsSeen: 1 }),
    'unknown'
  ]
])('Nova: %s', (_, seen, says, ms = downMs) => {
  expect(wordOfNova(seen, ms).says).toBe(says)
})

function neverReported() {
  const { reportedAtMs: _, ...host } = hostOf(source, { state: 'down' })
  return host
}

const views = fc.record({
  state: fc.constantFrom('up' as const, 'down' as const, 'unknown' as const),
  status: fc.constantFrom('enabled' as const, 'disabled' as const),
  forcedDown: fc.boolean(),
  reportedAtMs: fc.integer({ min: nowMs - 60_000, max: nowMs + 5000 })
})

test('down is said only of a host that Nova calls down or that is forced down, and that is old', () => {
  fc.assert(
    fc.property(views, fc.nat(3), (host, reportsSeen) => {
      if (wordOfNova(view(host, { reportsSeen }), downMs).says !== 'down') return
      expect(host.state === 'down' || host.forcedDown).toBe(true)
      expect(host.state).not.toBe('unknown')
      expect(nowMs - host.reportedAtMs).toBeGreaterThanOrEqual(downMs)
    })
  )
})

test('alive needs reports that moved on since the first look', () => {
  fc.assert(
    fc.property(views, fc.nat(3), (host, reportsSeen) => {
      if (wordOfNova(view(host, { reportsSeen }), downMs).says === 'alive') expect(reportsSeen).toBeGreaterThan(1)
    })
  )
})

test('of what a BMC says only Off tells something', () => {
  expect((['off', 'on', 'changing'] as const).map(power => wordOfPower({ power }).says)).toEqual([
    'down',
    'unknown',
    'unknown'
  ])
})

test.each<[Parameters<typeof wordOfAlarm>[0], string, string]>([
  [{ all: 0, uncleared: 0 }, 'note', 'no signal'],
  [
    { all: 1, uncleared: 1, newest: { source: 'aodh', name: 'host-down-1', current: 'alarm', ageMs: 12_000 } },
    'down',
    'the newest, alarm host-down-1 says alarm, came 12 s ago'
  ],
  [
    { all: 2, uncleared: 0, newest: { source: 'aodh', name: 'host-down-1', current: 'ok', ageMs: 1400 } },
    'note',
    'the newest, alarm host-down-1 says ok, came 1 s ago; 0 of 2 signals stand'
  ],
  [
    { all: 3, uncleared: 2, newest: { source: 'manual', ageMs: 0 } },
    'down',
    'the newest, manual signal, came 0 s ago; 2 of 3 signals stand'
  ]
])('signals: %j', (complaints, says, detail) => {
  expect(wordOfAlarm(complaints)).toEqual({ says, detail })
})

test('is it us? the others are counted, in the cloud and in the segment, without those that we isolated', () => {
  const reading = readingOf(
    hostOf(source, { state: 'down' }),
    hostOf('compute-02', { state: 'down' }),
    hostOf('compute-03', { forcedDown: true, disabledReason: 'switchover: failed, recovery 1' }),
    hostOf('spare-1'),
    hostOf('elsewhere')
  )
  const segment = { name: 'rack-a', members: [source, 'compute-02', 'compute-03', 'spare-1'] }
  expect(wordOfOthers(reading, source, segment)).toEqual({
    says: 'note',
    detail: '1 of 3 other hosts look down, 1 of 2 of rack-a'
  })
  const control = [
    { kind: 'scheduler', host: 'control-1', state: 'up' },
    { kind: 'conductor', host: 'control-1', state: 'down' }
  ] as const
  expect(wordOfOthers({ ...reading, control }, source, segment).detail).toBe(
    '1 of 3 other hosts look down, 1 of 2 of rack-a; 1 of 2 schedulers and conductors are up'
  )
  expect(wordOfOthers(readingOf(hostOf(source)), source, undefined).says).toBe('note')
})
