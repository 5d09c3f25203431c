import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  begunMigrationOf,
  endOf,
  fateOf,
  isForgotten,
  isRunning,
  newestEvacuation,
  oldestAccepted,
  runningEvacuations
} from '../../src/core/fate.ts'
import { evacuateOf, migrationOf, serverOf } from './builders.ts'

const step = evacuateOf('one', 'spare-1', { afterMigration: 10 })
const words = [
  'queued',
  'accepted',
  'pre-migrating',
  'running',
  'done',
  'completed',
  'failed',
  'error',
  'cancelled',
  'new'
]
const records = fc.uniqueArray(
  fc
    .record({
      id: fc.integer({ min: 1, max: 20 }),
      server: fc.constantFrom('one', 'two'),
      status: fc.constantFrom(...words),
      type: fc.constantFrom('evacuation' as const, 'live-migration' as const, 'resize' as const)
    })
    .map(({ id, server, status, type }) => migrationOf(id, server, status, { type })),
  { selector: one => one.id }
)

test.each([
  ['accepted', 'running'],
  ['pre-migrating', 'running'],
  ['a word that we do not know', 'running'],
  ['done', 'done'],
  ['completed', 'done'],
  ['failed', 'failed'],
  ['error', 'failed'],
  ['cancelled', 'failed']
])('a record that is %s: the attempt is %s', (status, is) => {
  expect(fateOf(step, [migrationOf(11, 'one', status)]).is).toBe(is)
})

test('what the scheduler refused reached no host, what failed there may have left a copy', () => {
  expect(fateOf(step, [migrationOf(11, 'one', 'error')])).toMatchObject({ reached: false })
  for (const status of ['failed', 'cancelled'])
    expect(fateOf(step, [migrationOf(11, 'one', status)])).toMatchObject({ reached: true })
})

test('a record that is older than the attempt, of another server or of another kind is never ours', () => {
  fc.assert(
    fc.property(records, fc.nat(20), (migrations, afterMigration) => {
      const fate = fateOf({ ...step, afterMigration }, migrations)
      if (fate.is === 'unknown') return
      expect(fate.migration.id).toBeGreaterThan(afterMigration)
      expect(fate.migration).toMatchObject({ server: 'one', type: 'evacuation' })
    })
  )
})

test('the fate is unknown only if there is no younger record at all', () => {
  fc.assert(
    fc.property(records, fc.nat(20), (migrations, afterMigration) => {
      const is = fateOf({ ...step, afterMigration }, migrations).is
      expect(is === 'unknown').toBe(newestEvacuation('one', migrations) <= afterMigration)
    })
  )
})

test('what was there before the attempt leaves its fate unknown, in any order of the records', () => {
  fc.assert(
    fc.property(records, migrations => {
      const before = { ...step, afterMigration: newestEvacuation('one', migrations) }
      expect(fateOf(before, migrations)).toEqual({ is: 'unknown' })
      expect(fateOf(step, migrations)).toEqual(fateOf(step, migrations.toReversed()))
    })
  )
})

test('without any record the newest is none', () => {
  expect(newestEvacuation('one', [])).toBe(0)
  expect(newestEvacuation('one', [migrationOf(3, 'one', 'done'), migrationOf(7, 'two', 'done')])).toBe(3)
})

test('an attempt after one whose target died is told by the older record: Nova takes that up, and leaves ours', () => {
  const again = evacuateOf('one', 'spare-2', { afterMigration: 11, takesMigration: 11 })
  const ours = migrationOf(12, 'one', 'accepted', { dest: 'spare-2' })
  const fateWith = (status: string) => fateOf(again, [migrationOf(11, 'one', status, { dest: 'spare-2' }), ours])
  expect(fateWith('accepted')).toMatchObject({ is: 'running', migration: { id: 12 } })
  expect(fateWith('pre-migrating').is).toBe('running')
  expect(fateWith('done')).toMatchObject({ is: 'done', migration: { id: 11 } })
  expect(fateWith('failed')).toMatchObject({ is: 'failed', reached: true })
  expect(fateWith('error')).toMatchObject({ is: 'failed', reached: false })
  expect(fateOf(again, [migrationOf(11, 'one', 'accepted')]).is).toBe('unknown')
})

test('the record that Nova takes up is the oldest that is still accepted', () => {
  const list = [
    migrationOf(9, 'one', 'accepted', { type: 'live-migration' }),
    migrationOf(11, 'one', 'failed'),
    migrationOf(12, 'one', 'accepted'),
    migrationOf(13, 'one', 'accepted'),
    migrationOf(10, 'two', 'accepted')
  ]
  expect(oldestAccepted('one', list)).toBe(12)
  expect(oldestAccepted('one', list.slice(0, 2))).toBeUndefined()
})

test('beside one that was never taken up, one that has ended since is told too', () => {
  const late = migrationOf(12, 'one', 'accepted', { createdAtMs: 500 })
  const failed = migrationOf(11, 'one', 'failed', { updatedAtMs: 600 })
  const taken = migrationOf(12, 'one', 'pre-migrating', { createdAtMs: 500 })
  expect(fateOf(step, [failed, late])).toMatchObject({ is: 'running', ended: { id: 11 } })
  expect(fateOf(step, [failed, taken])).toEqual({ is: 'running', migration: taken })
  expect(fateOf(step, [migrationOf(11, 'one', 'accepted'), late])).toEqual({ is: 'running', migration: late })
  // What had ended before it was asked for leaves it to be taken up.
  expect(fateOf(step, [{ ...failed, updatedAtMs: 400 }, late])).toEqual({ is: 'running', migration: late })
  expect(endOf(migrationOf(11, 'one', 'done'))).toMatchObject({ is: 'done' })
  expect(endOf(late)).toBeUndefined()
})

test('one that waits for an idle server is forgotten only if the other one failed at the same target since', () => {
  const waits = migrationOf(12, 'one', 'accepted', { createdAtMs: 500 })
  const failed = migrationOf(11, 'one', 'failed', { updatedAtMs: 600 })
  const idle = serverOf('one')
  expect(isForgotten(waits, [waits, failed], 'spare-1', idle)).toBe(true)
  expect(isForgotten(waits, [waits, failed], 'spare-2', idle)).toBe(false)
  expect(isForgotten(waits, [waits, failed], 'spare-1', { ...idle, taskState: 'rebuilding' })).toBe(false)
  expect(isForgotten(waits, [waits, { ...failed, updatedAtMs: 400 }], 'spare-1', idle)).toBe(false)
  expect(isForgotten(waits, [waits, { ...failed, dest: 'spare-2' }], 'spare-1', idle)).toBe(false)
})

test.each([
  ['queued', false],
  ['accepted', false],
  ['preparing', false],
  ['running', true],
  ['post-migrating', true],
  ['some new word', true],
  ['completed', false],
  ['failed', false],
  ['error', false],
  ['cancelled', false]
])('a live migration that is %s: the guest may run elsewhere: %s', (status, expected) => {
  const migrations = [migrationOf(1, 'a', status, { type: 'live-migration' })]
  expect(begunMigrationOf('a', migrations) !== undefined).toBe(expected)
})

test('only a live migration of this server counts', () => {
  expect(begunMigrationOf('a', [migrationOf(1, 'a', 'running')])).toBeUndefined()
  expect(begunMigrationOf('a', [migrationOf(1, 'b', 'running', { type: 'live-migration' })])).toBeUndefined()
})

test('a record whose word we do not know is still running', () => {
  expect(isRunning(migrationOf(1, 'a', 'some new word'))).toBe(true)
  expect(isRunning(migrationOf(1, 'a', 'done'))).toBe(false)
})

test('a request in whose place Nova took up an older one is no running evacuation, though it reads accepted for ever', () => {
  const left = migrationOf(12, 'one', 'accepted', { createdAtMs: 500 })
  const runningWith = (status: string, updatedAtMs: number) =>
    runningEvacuations([left, migrationOf(11, 'one', status, { updatedAtMs })]).map(({ id }) => id)
  expect(runningWith('done', 600)).toEqual([])
  expect(runningWith('completed', 600)).toEqual([])
  expect(runningWith('pre-migrating', 600)).toEqual([12, 11])
  expect(runningWith('failed', 600)).toEqual([12])
  // An evacuation of long ago says nothing about this one.
  expect(runningWith('done', 400)).toEqual([12])
  expect(runningEvacuations([left, migrationOf(11, 'two', 'done', { updatedAtMs: 600 })])).toEqual([left])
})
