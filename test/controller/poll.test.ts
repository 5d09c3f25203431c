import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Intake } from '../../src/controller/intake.ts'
import { createPoll } from '../../src/controller/poll.ts'
import type { FiringAlarm, NewSignal, Ports, Store } from '../../src/controller/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { hostOf, nowMs, readingOf, recoveryOf } from '../core/builders.ts'
import type { View } from './builders.ts'
import { cloudOf, configOf, directoryOf, logOf, viewOf } from './builders.ts'

let store: Store
let view: View
let firing: FiringAlarm[]
let told: NewSignal[]
let polled: string[]

beforeEach(async () => {
  store = await openStore('file::memory:')
  view = viewOf(readingOf(hostOf('compute-01'), hostOf('compute-02')))
  firing = []
  told = []
  polled = []
})

afterEach(async () => await store.close())

async function poll(options: { alarms?: boolean; services?: boolean } = {}): Promise<void> {
  const intake = {
    async receive(signal: NewSignal) {
      told.push(signal)
      return await store.receive(signal, { outcome: 'noted', because: 'a test' })
    }
  } as Intake
  const directory = directoryOf(view, [configOf()])
  await directory.refresh()
  const ports = {
    store,
    cloud: cloudOf(view),
    alarms: { firing: async () => firing },
    log: logOf(),
    metrics: { polled: (what: string, outcome: string) => polled.push(`${what} ${outcome}`) }
  } as unknown as Ports
  const readAction = (url: string) =>
    url.startsWith('http://us/') ? { actor: 'aodh', host: url.slice(10) } : undefined
  await createPoll(ports, directory, intake, { alarms: true, services: true, readAction, ...options })()
}

function firingAlarm(changes: Partial<FiringAlarm> = {}): FiringAlarm {
  return {
    ...{
      id: 'a1',
      name: 'host-down',
      type: 'event',
      severity: 'critical',
      reason: 'it hit',
      eventType: 'compute.host.down'
    },
    ...{ stateTimestampMs: 1000, ageMs: 60_000, actions: ['http://us/compute-01'] },
    ...changes
  }
}

test('an alarm that was not delivered becomes the signal of its delivery, once for each time that it fires', async () => {
  firing = [firingAlarm()]
  await poll()
  await poll()
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({
    source: 'aodh',
    actor: 'poll',
    host: 'compute-01',
    alarm: { id: 'a1', current: 'alarm', severity: 'critical', eventType: 'compute.host.down' }
  })
  expect(polled).toEqual(['alarm noted'])
})

test('one that was heard since is not told again, whatever the clocks say', async () => {
  const delivered = { id: 'a1', current: 'alarm', traits: {} }
  await store.receive(
    { source: 'aodh', actor: 'aodh', host: 'compute-01', alarm: delivered },
    { outcome: 'noted', because: '' }
  )
  firing = [firingAlarm()]
  await poll()
  expect(told).toEqual([])
  // Aodh's clock may be a day off: only how long it has been so counts.
  firing = [firingAlarm({ stateTimestampMs: nowMs + 86_400_000, ageMs: 0 }), firingAlarm({ id: 'a2' })]
  await poll()
  expect(told.map(signal => signal.alarm?.id)).toEqual(['a2'])
})

test('an `ok` that came since is no delivery of the alarm', async () => {
  await store.receive(
    { source: 'aodh', actor: 'aodh', host: 'compute-01', alarm: { id: 'a1', current: 'ok', traits: {} } },
    { outcome: 'noted', because: '' }
  )
  firing = [firingAlarm()]
  await poll()
  expect(told).toHaveLength(1)
})

test("somebody else's alarm is left alone", async () => {
  firing = [firingAlarm({ actions: ['http://them/v1/alarms/compute-01', 'log://'] })]
  await poll()
  expect(told).toEqual([])
})

test('a host that Nova calls down is told of once for each time that it dies, and not while it is in hand', async () => {
  view.reading = readingOf(hostOf('compute-01', { state: 'down', reportedAtMs: nowMs - 90_000 }), hostOf('compute-02'))
  await poll()
  await poll()
  const ids = new Set((await store.signals({ limit: 10 })).items.map(({ id }) => id))
  expect(ids.size).toBe(1)
  expect(told[0]).toMatchObject({ source: 'poll', actor: 'poll', host: 'compute-01' })
  const recovery = { ...recoveryOf(), host: 'compute-01' }
  await store.receive(
    { source: 'manual', actor: 'alice', host: 'compute-01', reason: 'I saw it' },
    { outcome: 'open', recovery, because: '' }
  )
  told = []
  await poll()
  expect(told).toEqual([])
})

test.each([
  ['forced down', { forcedDown: true }],
  ['disabled', { status: 'disabled' as const }],
  ['of a cell that can not be read', { state: 'unknown' as const, status: 'unknown' as const }]
])('a host that is %s is somebody’s business already', async (_, changes) => {
  view.reading = readingOf(hostOf('compute-01', { state: 'down', ...changes }), hostOf('compute-02'))
  await poll()
  expect(told).toEqual([])
})

test('each half can be left out', async () => {
  firing = [firingAlarm()]
  view.reading = readingOf(hostOf('compute-01', { state: 'down' }), hostOf('compute-02'))
  await poll({ alarms: false, services: false })
  expect(told).toEqual([])
})
