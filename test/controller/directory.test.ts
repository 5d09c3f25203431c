import { expect, test } from '@jest/globals'
import { hostOf, readingOf } from '../core/builders.ts'
import { configOf, directoryOf, logOf, viewOf } from './builders.ts'

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
