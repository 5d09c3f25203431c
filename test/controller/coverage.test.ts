import { expect, test } from '@jest/globals'
import { createCoverage } from '../../src/controller/duties/coverage.ts'
import type { KnownAlarm, Ports } from '../../src/controller/ports/ports.ts'

const ours = (host: string, id = host): KnownAlarm => ({ id, actions: [`http://us/${host}`] })

function coverageOf(known: KnownAlarm[], heard: Record<string, number> = {}) {
  const clock = { nowMs: 0, now: () => clock.nowMs }
  let reads = 0
  const ports = {
    clock,
    alarms: {
      async all() {
        reads += 1
        return known
      }
    },
    store: {
      lastHeard: async (ids: readonly string[]) =>
        Object.fromEntries(Object.entries(heard).filter(([id]) => ids.includes(id)))
    }
  } as unknown as Ports
  const readAction = (url: string) => {
    const [, host = '', test] = /^http:\/\/us\/?([^?]*)(\?test)?$/.exec(url) ?? []
    if (!url.startsWith('http://us')) return undefined
    return { actor: 'aodh', isTest: test !== undefined, ...(host === '' ? {} : { host }) }
  }
  return { coverage: createCoverage(ports, readAction), clock, reads: () => reads }
}

test('a host is covered by an alarm that tells us of it: its URL names it, or its rule does', async () => {
  const { coverage } = coverageOf([
    ours('a'),
    ours('a', 'a2'),
    { id: 'b', actions: ['http://us'], host: 'b' },
    { id: 'c', actions: ['http://them/c'], host: 'c' },
    { id: 'd', actions: [], host: 'd' },
    { id: 'e', actions: ['http://us/e?test'] },
    { id: 'f', actions: ['log://', 'http://us'] }
  ])
  expect(await coverage.of(['a'])).toBeUndefined()
  await coverage.refresh()
  const counts = [...((await coverage.of(['a', 'b', 'c', 'd', 'e', 'f'])) ?? [])].map(([host, { alarms }]) => [
    host,
    alarms
  ])
  expect(Object.fromEntries(counts)).toEqual({ a: 2, b: 1, c: 0, d: 0, e: 0, f: 0 })
})

test('the last word is that of any of its alarms, or of a test', async () => {
  const { coverage } = coverageOf([ours('a'), ours('a', 'a2'), ours('b')], {
    a: 10,
    a2: 20,
    'test of b': 30,
    other: 99
  })
  await coverage.refresh()
  expect(Object.fromEntries((await coverage.of(['a', 'b', 'c'])) ?? [])).toEqual({
    a: { alarms: 2, heardAtMs: 20 },
    b: { alarms: 1, heardAtMs: 30 },
    c: { alarms: 0 }
  })
})

test('the long list is read now and then only', async () => {
  const { coverage, clock, reads } = coverageOf([ours('a')])
  await coverage.refresh()
  await coverage.refresh()
  expect(reads()).toBe(1)
  clock.nowMs = 600_000
  await coverage.refresh()
  expect(reads()).toBe(2)
})
