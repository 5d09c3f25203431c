import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createPoll } from '../../src/controller/duties/poll.ts'
import type { Firing, FiringAlarm, NewSignal, Ports, Store } from '../../src/controller/ports/ports.ts'
import type { Intake } from '../../src/controller/service/intake.ts'
import { CloudError } from '../../src/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { hostOf, nowMs, readingOf, recoveryOf } from '../core/builders.ts'
import type { View } from './builders.ts'
import { cloudOf, configOf, directoryOf, logOf, viewOf } from './builders.ts'

let store: Store
let view: View
let firing: FiringAlarm[]
let history: Record<string, Firing>
let historyFails: CloudError | undefined
/** Only its history fails, if one is named. */
let failing: string | undefined
let historiesAsked: number
let rearmed: string[]
let told: NewSignal[]
let polled: string[]

beforeEach(async () => {
  store = await openStore('file::memory:')
  view = viewOf(readingOf(hostOf('compute-01'), hostOf('compute-02')))
  firing = []
  history = {}
  historyFails = undefined
  failing = undefined
  historiesAsked = 0
  rearmed = []
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
    alarms: {
      firing: async () => firing,
      async lastFiring(id: string) {
        historiesAsked++
        if (historyFails !== undefined && (failing ?? id) === id) throw historyFails
        return history[id]
      },
      rearm: async (id: string) => void rearmed.push(id)
    },
    policy: directory,
    log: logOf(),
    metrics: { polled: (what: string, outcome: string) => polled.push(`${what} ${outcome}`) }
  } as unknown as Ports
  const readAction = (url: string) =>
    url.startsWith('http://us/') ? { actor: 'aodh', host: url.slice(10), isTest: false } : undefined
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
    ...{ repeatActions: true, setAtMs: 1000, setAgeMs: 60_000, actions: ['http://us/compute-01'] },
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
  firing = [firingAlarm({ setAtMs: nowMs + 86_400_000, setAgeMs: 0 }), firingAlarm({ id: 'a2' })]
  await poll()
  expect(told.map(signal => signal.alarm?.id)).toEqual(['a2'])
})

async function heard(current: string): Promise<void> {
  await store.receive(
    { source: 'aodh', actor: 'aodh', host: 'compute-01', alarm: { id: 'a1', current, traits: {} } },
    { outcome: 'noted', because: '' }
  )
}

test('an `ok` that came since is no delivery of the alarm', async () => {
  await heard('ok')
  firing = [firingAlarm()]
  await poll()
  expect(told).toHaveLength(1)
})

test('one that was heard, and fired again unheard, is told, with the time of that firing', async () => {
  await heard('alarm')
  firing = [firingAlarm({ setAgeMs: 86_400_000 })]
  history = { a1: { atMs: 7000, ageMs: 30_000 } }
  await poll()
  expect(told).toEqual([])
  // As if that signal had come ten seconds ago.
  history = { a1: { atMs: 300_000, ageMs: -10_000 } }
  await poll()
  expect(told).toMatchObject([{ dedupeKey: 'poll|a1|300000', alarm: { id: 'a1', current: 'alarm' } }])
})

test('where Aodh keeps no history our newest signal tells: it says ok, so a firing was lost', async () => {
  firing = [firingAlarm({ setAgeMs: 86_400_000 })]
  historyFails = new CloudError('forbidden', 'not yours')
  await heard('alarm')
  await poll()
  expect(told).toEqual([])
  await heard('ok')
  await poll()
  await poll()
  expect(told).toHaveLength(1)
  expect(told[0]?.reason).toBe('Aodh has it in alarm, and no delivery of it came')
  await heard('ok')
  await poll()
  expect(told).toHaveLength(2)
})

test('Aodh that is away does not keep us from asking Nova', async () => {
  firing = [firingAlarm()]
  historyFails = new CloudError('unreachable', 'Aodh is away')
  view.reading = readingOf(hostOf('compute-01', { state: 'down', reportedAtMs: nowMs - 90_000 }), hostOf('compute-02'))
  await expect(poll()).rejects.toThrow('Aodh is away')
  expect(told).toMatchObject([{ source: 'poll' }])
})

test('an alarm that Aodh does not tell of hides none of the others, however often it is asked', async () => {
  firing = Array.from({ length: 40 }, (_, index) => firingAlarm({ id: `a${index}` }))
  historyFails = new CloudError('unreachable', 'Aodh answered 500')
  failing = 'a0'
  await expect(poll()).rejects.toThrow('Aodh answered 500')
  expect(told).toHaveLength(39)
})

test('Aodh that goes away while it is asked is not asked for each alarm', async () => {
  firing = Array.from({ length: 40 }, (_, index) => firingAlarm({ id: `a${index}` }))
  historyFails = new CloudError('unreachable', 'Aodh is away')
  await expect(poll()).rejects.toThrow('Aodh is away')
  expect(told).toEqual([])
  expect(historiesAsked).toBeLessThan(20)
})

test('one that fires once is set back when nobody has its host in hand, and only if that is done with', async () => {
  const once = [firingAlarm({ repeatActions: false })]
  await store.setArming({ armed: true }, 'alice', 'reviewed')
  firing = once
  // Just noted: its owner's rules let it be.
  await poll()
  expect(rearmed).toEqual([])
  await store.receive(
    { source: 'aodh', actor: 'aodh', host: 'compute-01', alarm: { id: 'a1', current: 'alarm', traits: {} } },
    { outcome: 'open', recovery: { ...recoveryOf(), host: 'compute-01' }, because: '' }
  )
  await poll()
  expect(rearmed).toEqual([])
  const [driven] = await store.claim('me', 10_000, 1, [])
  if (driven === undefined) throw new Error('nothing to drive')
  const ended = { ...driven.stored.recovery, phase: { state: 'recovered' as const } }
  await store.write(driven.lease, { recovery: ended, closesAfter: 99 })
  await poll()
  expect(rearmed).toEqual(['a1'])
  firing = [firingAlarm()]
  await poll()
  await store.setArming({ armed: false }, 'alice', 'wait')
  firing = once
  await poll()
  expect(rearmed).toEqual(['a1'])
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
