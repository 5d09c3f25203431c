import { expect, test } from '@jest/globals'
import { createWatch, noteStorm } from '../../src/controller/duties/watch.ts'
import type { HostsReading } from '../../src/core/inventory.ts'
import { hostOf, readingOf, segmentOf } from '../core/builders.ts'

const down = (name: string) => hostOf(name, { state: 'down' })
const segment = segmentOf({ hosts: ['a', 'b', 'c'], spares: [] })
const calm = () => readingOf(hostOf('a'), hostOf('b'), down('c'))

function watched() {
  const seen: string[] = []
  const store = { sight: async (what: string) => void seen.push(what) }
  const view: { reading: HostsReading | undefined; error: string | undefined } = { reading: calm(), error: undefined }
  const watch = createWatch(store, { reading: () => view.reading, error: () => view.error, segments: () => [segment] })
  const look = async () => {
    seen.length = 0
    await watch()
    return [...seen]
  }
  return { view, look, store, seen }
}

test('each new reading is a look, and a storm in it is written down for its segment', async () => {
  const { view, look } = watched()
  expect(await look()).toEqual(['watch'])
  view.reading = readingOf(hostOf('a'), down('b'), down('c'))
  expect(await look()).toEqual(['watch', 'storm:rack-a'])
})

test('the same reading, none, an old one after an error and one with an unreadable cell are no look', async () => {
  const { view, look } = watched()
  await look()
  expect(await look()).toEqual([])
  view.reading = undefined
  expect(await look()).toEqual([])
  Object.assign(view, { reading: calm(), error: '503' })
  expect(await look()).toEqual([])
  Object.assign(view, { reading: readingOf(hostOf('a', { state: 'unknown' }), down('b'), down('c')), error: undefined })
  expect(await look()).toEqual([])
})

test('unknown is not down: an unreadable cell is no storm', async () => {
  const { store, seen } = watched()
  const unknown = (name: string) => hostOf(name, { state: 'unknown', status: 'unknown' })
  await noteStorm(store, segment, readingOf(hostOf('a'), unknown('b'), unknown('c')))
  expect(seen).toEqual([])
  await noteStorm(store, segment, readingOf(hostOf('a'), down('b'), down('c')))
  expect(seen).toEqual(['storm:rack-a'])
})
