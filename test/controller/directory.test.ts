import { expect, test } from '@jest/globals'
import { hostOf, readingOf } from '../core/builders.ts'
import { configOf, directoryOf, logOf, viewOf } from './builders.ts'

const guards = { bmcNetwork: true, siteStartMs: 0, otherTools: [] }

const byAggregate = configOf({ hosts: { aggregate: 'rack-a' }, spares: { aggregate: 'rack-a-spares' } })
const aggregates = [
  { id: 1, name: 'rack-a', hosts: ['a', 'b', 's'] },
  { id: 2, name: 'rack-a-spares', hosts: ['s'] }
]

test('segments whose members are all named are known before the cloud was asked', () => {
  const directory = directoryOf(viewOf(), [configOf()])
  expect(directory.isKnown()).toBe(true)
  expect(directory.segmentOf('compute-02')?.name).toBe('rack-a')
  expect(directory.segmentOf('spare-1')?.name).toBe('rack-a')
  expect(directory.segmentOf('compute-99')).toBeUndefined()
})

test('named segments need no aggregates', async () => {
  const view = viewOf(readingOf(hostOf('a')))
  await directoryOf(view, [configOf()]).refresh()
  expect(view.calls).toEqual(['hosts'])
})

test('members by aggregate are known once the cloud was read, and a spare is no protected host', async () => {
  const view = viewOf(readingOf(hostOf('a'), hostOf('b'), hostOf('s')), aggregates)
  const directory = directoryOf(view, [byAggregate])
  expect(directory.isKnown()).toBe(false)
  expect(directory.segmentOf('a')).toBeUndefined()
  await directory.refresh()
  expect(directory.isKnown()).toBe(true)
  expect(directory.segment('rack-a')).toMatchObject({ hosts: ['a', 'b'], spares: ['s'] })
})

test('members by zone, and what Nova does not list is no member', async () => {
  const view = viewOf(readingOf(hostOf('a', { zone: 'az1' }), hostOf('b', { zone: 'az2' })), [
    { id: 1, name: 'rack-a-spares', hosts: ['gone'] }
  ])
  const directory = directoryOf(view, [configOf({ hosts: { zone: 'az1' }, spares: { aggregate: 'rack-a-spares' } })])
  await directory.refresh()
  expect(directory.segment('rack-a')).toMatchObject({ hosts: ['a'], spares: [] })
})

test('an aggregate that does not exist has no members', async () => {
  const directory = directoryOf(viewOf(readingOf(hostOf('a'))), [byAggregate])
  await directory.refresh()
  expect(directory.segment('rack-a')).toMatchObject({ hosts: [], spares: [] })
})

test('what was known stays when the cloud can not be read, and that is said once', async () => {
  const view = viewOf(readingOf(hostOf('a'), hostOf('s')), aggregates)
  const log = logOf()
  const directory = directoryOf(view, [byAggregate], log)
  await directory.refresh()
  view.reading = undefined
  await directory.refresh()
  await directory.refresh()
  expect(directory.segment('rack-a')).toMatchObject({ hosts: ['a'], spares: ['s'] })
  expect(directory.error()).toBe('503')
  expect(log.said).toHaveLength(1)
  view.reading = readingOf(hostOf('b'))
  await directory.refresh()
  expect(directory.error()).toBeUndefined()
  expect(directory.segmentOf('b')?.name).toBe('rack-a')
})

test('observing is the default, and a segment may say otherwise', () => {
  const directory = directoryOf(viewOf(), [configOf(), configOf({ name: 'rack-b', armed: true })])
  expect(directory.armed('rack-a')).toBe(false)
  expect(directory.armed('rack-b')).toBe(true)
  expect(directory.armed('rack-z')).toBe(false)
})

test('a new configuration counts all at once, when the members of its segments were read', async () => {
  const view = viewOf(readingOf(hostOf('compute-01'), hostOf('compute-07')), [
    { id: 1, name: 'rack-b', hosts: ['compute-07'] }
  ])
  const directory = directoryOf(view, [configOf({ hosts: { names: ['compute-01'] } })])
  const limits = { armed: true, recoveriesPerHour: 9, movesInFlight: 2, approvalMinutes: 5, guards }
  await directory.configure([configOf({ name: 'rack-b', hosts: { aggregate: 'rack-b' } })], limits)
  expect(directory.segment('rack-b')?.hosts).toEqual(['compute-07'])
  expect(directory.segmentOf('compute-01')).toBeUndefined()
  expect([directory.recoveriesPerHour, directory.movesInFlight, directory.approvalMinutes]).toEqual([9, 2, 5])
  expect(directory.armed('rack-b')).toBe(true)
})

test('a configuration whose members cannot be read changes nothing', async () => {
  const view = viewOf()
  const directory = directoryOf(view, [configOf({ hosts: { names: ['compute-01'] } })])
  const limits = { armed: true, recoveriesPerHour: 9, movesInFlight: 2, approvalMinutes: 5, guards }
  await expect(directory.configure([configOf({ hosts: { aggregate: 'rack-b' } })], limits)).rejects.toThrow('503')
  expect(directory.segmentOf('compute-01')?.name).toBe('rack-a')
  expect(directory.recoveriesPerHour).toBe(3)
})

test('a refresh that was under way when the configuration changed does not empty its segments', async () => {
  const view = viewOf(readingOf(hostOf('compute-07')), [{ id: 1, name: 'rack-b', hosts: ['compute-07'] }])
  const directory = directoryOf(view, [configOf({ hosts: { names: ['compute-01'] } })])
  const limits = { armed: true, recoveriesPerHour: 9, movesInFlight: 2, approvalMinutes: 5, guards }
  const configured = directory.configure([configOf({ hosts: { aggregate: 'rack-b' } })], limits)
  await Promise.all([directory.refresh(), configured, directory.refresh()])
  expect(directory.segment('rack-a')?.hosts).toEqual(['compute-07'])
})

test('what was last read of a host is told for the rules, its aggregates only where a rule looks at them', async () => {
  const view = viewOf(readingOf(hostOf('compute-01', { zone: 'az1', state: 'down' })), [
    { id: 1, name: 'ssd', hosts: ['compute-01'] }
  ])
  const directory = directoryOf(view, [configOf({ hosts: { names: ['compute-01'] } })])
  expect(directory.seen('compute-01')).toBeUndefined()
  await directory.refresh()
  expect(directory.seen('compute-01')).toMatchObject({ zone: 'az1', state: 'down', aggregates: [] })
  expect(directory.seen('compute-99')).toBe('none')
  const limits = {
    armed: true,
    recoveriesPerHour: 9,
    movesInFlight: 2,
    approvalMinutes: 5,
    guards,
    rulesSeeHosts: true
  }
  // At once, or a rule that is loaded anew would look into an empty list until the next refresh.
  await directory.configure([configOf({ hosts: { names: ['compute-01'] } })], limits)
  expect(directory.seen('compute-01')).toMatchObject({ aggregates: ['ssd'] })
})
