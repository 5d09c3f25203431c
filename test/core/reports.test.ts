import { expect, test } from '@jest/globals'
import type { Host } from '../../src/core/inventory.ts'
import { mayReport, noReports, reportMs, reportsMoved, returnOf, withReport } from '../../src/core/reports.ts'
import type { Evidence } from '../../src/core/verdict.ts'
import { evidenceOf, hostOf, nowMs, source } from './builders.ts'

const at = (seconds: number, changes: Partial<Host> = {}): Host =>
  hostOf(source, { reportedAtMs: nowMs + seconds * 1000, ...changes })
const looks = (...hosts: (Host | undefined)[]): number => reportsMoved(hosts.reduce(withReport, noReports))

test.each<[string, number, number]>([
  ['nothing was seen', looks(), -1],
  ['the first report is no move', looks(at(0)), 0],
  ['the same report again is no move', looks(at(0), at(0), at(0)), 0],
  ['each new date is a move', looks(at(0), at(10), at(20)), 2],
  ['a host that is not listed, or has never reported, adds nothing', looks(at(0), undefined, never()), 0],
  ['nor does a row that is unknown', looks(at(0), at(10, { status: 'unknown' })), 0],
  [
    'a change of the service begins anew: it moves the date as well',
    looks(at(0), at(10), at(11, { status: 'disabled' })),
    0
  ],
  ['so does a force-down', looks(at(0), at(10), at(11, { forcedDown: true })), 0],
  ['and another reason', looks(at(0, { disabledReason: 'a' }), at(1, { disabledReason: 'b' })), 0],
  ['reports after the change count again', looks(at(0), at(1, { forcedDown: true }), at(10, { forcedDown: true })), 1]
])('%s', (_, moved, expected) => {
  expect(moved).toBe(expected)
})

function never(): Host {
  const { reportedAtMs: _, ...host } = at(0)
  return host
}

test('after a report the next one is waited for', () => {
  expect(mayReport(undefined, nowMs)).toBe(false)
  expect(mayReport(nowMs, nowMs)).toBe(true)
  expect(mayReport(nowMs, nowMs + reportMs - 1)).toBe(true)
  expect(mayReport(nowMs, nowMs + reportMs)).toBe(false)
})

const evidence = (says: 'down' | 'silent'): Evidence => ({
  ...evidenceOf('dead'),
  observations: [{ source: 'nova', way: 'nova', says, detail: '', atMs: nowMs }]
})

test.each<[string, Host | undefined, Evidence | undefined, string]>([
  ['Nova does not list it', undefined, evidence('down'), 'gone'],
  ['it is down', at(0, { state: 'down' }), evidence('down'), 'gone'],
  ['it is forced down', at(0, { forcedDown: true }), evidence('down'), 'gone'],
  ['it was down, and is up', at(0), evidence('down'), 'back'],
  ['nothing is on record', at(0), undefined, 'back'],
  ['its BMC alone called it off, and Nova still calls it up', at(-20), evidence('silent'), 'gone'],
  ['its BMC alone called it off, and a report came', at(-3), evidence('silent'), 'reported']
])('a host on whose death a plan rests: %s', (_, host, seen, expected) => {
  expect(returnOf(host, seen, nowMs, 15_000)).toBe(expected)
})
