import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { isWithin, isZone, momentIn, wallTime, windowMistake } from '../../src/core/rules/calendar.ts'

const berlin = (text: string) => wallTime(Date.parse(text), 'Europe/Berlin')

test('the clock on the wall is that of the zone, in summer and in winter', () => {
  expect(berlin('2026-07-01T22:30:00Z')).toEqual({
    date: '2026-07-02',
    clock: '00:30',
    hour: 0,
    minute: 30,
    weekday: 'thu'
  })
  expect(berlin('2026-12-24T22:30:00Z')).toMatchObject({ date: '2026-12-24', clock: '23:30', weekday: 'thu' })
})

test.each([
  ['2026-12-20', '2027-01-04 06:00', '2026-12-19T22:59:00Z', false],
  ['2026-12-20', '2027-01-04 06:00', '2026-12-19T23:00:00Z', true],
  ['2026-12-20', '2027-01-04 06:00', '2027-01-04T04:59:00Z', true],
  ['2026-12-20', '2027-01-04 06:00', '2027-01-04T05:00:00Z', false],
  ['sat 22:00', 'mon 06:00', '2026-11-28T20:59:00Z', false],
  ['sat 22:00', 'mon 06:00', '2026-11-28T21:00:00Z', true],
  ['SAT 22:00', 'Mon 06:00', '2026-11-29T12:00:00Z', true],
  ['sat 22:00', 'mon 06:00', '2026-11-30T05:00:00Z', false],
  ['tue 08:00', 'thu 18:00', '2026-11-25T12:00:00Z', true],
  ['tue 08:00', 'thu 18:00', '2026-11-27T12:00:00Z', false],
  ['22:00', '06:00', '2026-11-25T22:00:00Z', true],
  ['22:00', '06:00', '2026-11-25T05:00:00Z', false],
  ['08:00', '17:00', '2026-11-25T07:00:00Z', true],
  ['08:00', '17:00', '2026-11-25T16:00:00Z', false]
])('from %s to %s, at %s: %s', (from, to, at, isOpen) => {
  expect(windowMistake({ from, to })).toBeUndefined()
  expect(isWithin(berlin(at), { from, to })).toBe(isOpen)
})

test.each([
  ['2026-13-01', '2027-01-01', /"2026-13-01" is no time/],
  ['2026-02-30', '2027-01-01', /"2026-02-30" is no time/],
  ['25:00', '06:00', /is no time: write/],
  ['sat 22:00', '06:00', /from is a moment of the week, to is a time of day/],
  ['2027-01-01', '2026-01-01', /to is before from/],
  ['sat 22:00', 'Sat 22:00', /the same/],
  ['christmas', 'new year', /"christmas" is no time/]
])('from %s to %s is refused', (from, to, mistake) => {
  expect(windowMistake({ from, to })).toMatch(mistake)
})

test('a window of the week and what lies outside it are never open at once, and one of them always is', () => {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  const moment = fc
    .tuple(fc.constantFrom(...days), fc.integer({ min: 0, max: 23 }))
    .map(([day, hour]) => `${day} ${String(hour).padStart(2, '0')}:00`)
  fc.assert(
    fc.property(moment, moment, fc.integer({ min: 0, max: 4e12 }), (from, to, ms) => {
      fc.pre(from !== to)
      const wall = wallTime(ms, 'Europe/Berlin')
      expect(isWithin(wall, { from, to })).toBe(!isWithin(wall, { from: to, to: from }))
    })
  )
})

test.each([
  ['2026-12-24T22:00', '2026-12-24T21:00:00Z'],
  ['2026-07-24 22:00:30', '2026-07-24T20:00:30Z'],
  ['2026-12-24', '2026-12-23T23:00:00Z'],
  // Before and after the clocks are put back.
  ['2026-10-25T01:59', '2026-10-24T23:59:00Z'],
  ['2026-10-25T03:00', '2026-10-25T02:00:00Z'],
  ['2026-12-24T22:00:00+09:00', '2026-12-24T13:00:00Z'],
  ['2026-12-24T22:00:00Z', '2026-12-24T22:00:00Z']
])('%s is read by the clock of the zone unless it says otherwise', (text, at) => {
  expect(momentIn(text, 'Europe/Berlin')).toBe(Date.parse(at))
})

test.each(['tomorrow', '2026-13-01T00:00', '24.12.2026', '1', '2026-12-24T9'])('%s is no moment', text => {
  expect(momentIn(text, 'UTC')).toBeNaN()
})

test('a zone is known or not', () => {
  expect([isZone('Europe/Berlin'), isZone('UTC'), isZone('Europe/Nowhere'), isZone(''), isZone('+01:00')]).toEqual([
    true,
    true,
    false,
    false,
    false
  ])
})
