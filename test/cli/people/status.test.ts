import { afterEach, expect, test } from '@jest/globals'
import { status } from '../../../src/cli/people/status.ts'
import type { StoredRecovery } from '../../../src/controller/ports/ports.ts'
import type { SegmentView } from '../../../src/controller/service/service.ts'
import type { Hold, Recovery } from '../../../src/core/recovery.ts'
import type { Signal } from '../../../src/core/signal.ts'
import { StoreUnavailable } from '../../../src/errors.ts'
import { recovery, segment as sampleSegment, signal, steps } from '../../http/samples.ts'
import type { Overrides } from '../../http/support.ts'
import { expectStatus, paper, speak } from './speak.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

const well: SegmentView = {
  ...sampleSegment,
  hosts: [{ name: 'compute-01', state: 'up', status: 'enabled', forcedDown: false, alarms: 1 }]
}

const lostHost: SegmentView = { ...well, hosts: [{ ...well.hosts[0]!, state: 'down', forcedDown: true }] }

interface World {
  readonly segments?: readonly SegmentView[]
  readonly open?: readonly StoredRecovery[]
  readonly ended?: readonly StoredRecovery[]
  readonly more?: Overrides
}

const armed = async () => ({ segments: { 'rack-a': true }, actor: 'alice', reason: 'x', atMs: 1 })

async function asked({ segments = [well], open = [], ended = [], more = {} }: World, json = false) {
  const queries: object[] = []
  const recoveries = async (query: { readonly state?: string; readonly sinceMs?: number }) => {
    queries.push(query)
    if (query.state === 'open') return { items: [...open] }
    if (query.state !== undefined)
      return { items: ended.filter(({ recovery: { phase } }) => phase.state === query.state) }
    return { items: [...open, ...ended].filter(one => one.recovery.openedAtMs >= (query.sinceMs ?? 0)) }
  }
  const { client } = await speak(undo, {
    service: { segments: async () => [...segments], ...more.service },
    store: {
      recoveries,
      recovery: async id => [...open, ...ended].find(one => one.recovery.id === id),
      steps: async () => steps.filter(({ kind }) => kind === 'power-off'),
      signals: async () => ({ items: [] }),
      arming: armed,
      summary: async () => ({ states: {}, held: [], signals: {} }),
      ...more.store
    }
  })
  const { text, ...output } = paper(json)
  return { exit: await status(client, output), text: text(), queries }
}

/** The service's clock has whole seconds. */
const since = (ms: number) => Date.now() - ms - 30_000
const minute = 60_000
const of = (host: string, phase: Recovery['phase'], more: Partial<Recovery> = {}): StoredRecovery => ({
  recovery: {
    ...recovery,
    host,
    id: `r-${host}`,
    phase,
    sinceMs: since(2 * minute),
    openedAtMs: since(3 * minute),
    ...more
  },
  version: 3,
  ...('reason' in phase || phase.state === 'recovered' ? { closedAtMs: since(minute) } : {})
})
const held = (host: string, hold: Partial<Hold>, ms = 2 * minute) =>
  of(
    host,
    {
      state: 'held',
      from: 'planning',
      hold: {
        ...{ code: 'guard', reason: 'it is a storm', releasedBy: 'world' },
        ...(hold.code === undefined && { guard: 'storm' }),
        ...hold
      }
    },
    { sinceMs: since(ms) }
  )

const withGuard = (one: StoredRecovery): StoredRecovery => ({
  ...one,
  recovery: {
    ...one.recovery,
    guards: [
      ...recovery.guards!.map(guard => ({ ...guard, holds: true })),
      { ...recovery.guards![0]!, guard: 'storm', holds: true, releasedBy: 'world' }
    ]
  }
})

test('all is well: exit status 0, and it says so', async () => {
  const { exit, text, queries } = await asked({ ended: [of('compute-07', { state: 'recovered' })] })
  expect(exit).toBe(0)
  expect(text).toMatch(/^status +All is well: every segment acts, and has a spare for the next host that dies\.\n/)
  expect(text).toMatch(/\nsegments +rack-a +armed +1 host +1 of 3 spares ready\nopen +no recovery\n/)
  expect(text).toMatch(/\n24 hours +compute-07 +recovered +1 min ago +after 2 min, 2 servers moved\n$/)
  expect(queries).toEqual([
    { state: 'open', limit: 200 },
    { limit: 200, sinceMs: expect.any(Number) },
    { state: 'partial', limit: 200 },
    { state: 'cancelled', limit: 200 }
  ])
})

const cancelled = of('compute-01', { state: 'cancelled', reason: 'olga: not now' })
const { plan: _plan, proofs: _proofs, ...unplanned } = cancelled.recovery
const withoutPlan: StoredRecovery = { ...cancelled, recovery: { ...unplanned, proofs: {}, servers: [] } }

const lost = (ms: number): Signal => ({
  ...signal,
  receivedAtMs: since(ms),
  outcome: 'unresolved',
  because: 'no such host'
})
const silent: Overrides = { service: { dependencies: () => [{ name: 'nova', ok: false, error: 'refused' }] } }

test.each<[string, World, number, RegExp]>([
  [
    'a recovery is under way',
    { open: [of('compute-01', { state: 'moving' })] },
    1,
    /- compute-01 is being recovered: moving for 2 min\n/
  ],
  [
    'it waits for the world',
    { open: [held('compute-01', {})] },
    1,
    /- compute-01 is held \(storm\) for 2 min, and goes on by itself\n/
  ],
  [
    'it waits for the world, for long',
    { open: [held('compute-01', {}, 16 * minute)] },
    2,
    /! compute-01 is held \(storm\) for 16 min, and goes on by itself; that is long: switchover show compute-01\n/
  ],
  [
    'it waits for a person',
    { open: [held('compute-01', { releasedBy: 'person' })] },
    2,
    /! compute-01 waits for a person: switchover show compute-01\n/
  ],
  [
    'no spare is left',
    { segments: [{ ...well, spareLeft: false, spares: [sampleSegment.spares[2]!] }] },
    2,
    /! rack-a has no spare left, so the next host that dies can't be recovered; spare-3: it is down\n.*rack-a +armed +1 host +0 of 1 spares ready: N\+1 IS LOST/
  ],
  [
    'no spare is left, for a recovery uses it',
    {
      segments: [
        { ...well, spareLeft: false, spares: [{ ...sampleSegment.spares[0]!, ready: false, heldBy: 'r-compute-07' }] }
      ],
      ended: [of('compute-07', { state: 'recovered' })]
    },
    2,
    /; spare-1: in use since compute-07 failed\n/
  ],
  [
    'its first guard opens by itself, and another one wants a person',
    { open: [withGuard(held('compute-01', {}))] },
    2,
    /! compute-01 waits for a person: switchover show compute-01\n/
  ],
  [
    'there is no room for it, and a guard wants a person as well',
    { open: [withGuard(held('compute-01', { code: 'no-target' }))] },
    2,
    /! compute-01 waits for a person: switchover show compute-01\n/
  ],
  [
    'a guard held it once, and what holds it now ends by itself',
    { open: [withGuard(held('compute-01', { code: 'compute-down' }))] },
    1,
    /- compute-01 is held \(compute-down\) for 2 min, and goes on by itself\n/
  ],
  [
    'its recovery was cancelled, and it is dead with its servers',
    { segments: [lostHost], ended: [of('compute-01', { state: 'cancelled', reason: 'olga: not now' })] },
    2,
    /! compute-01 is dead, and nothing is done for it: 4 servers were left on it when it was cancelled \(olga: not now\); a new recovery looks again: switchover recover compute-01\n/
  ],
  [
    'its recovery was cancelled before anybody had looked which servers it has, and it is dead',
    { segments: [lostHost], ended: [withoutPlan] },
    2,
    /! compute-01 is dead, and nothing is done for it: its servers were not known when it was cancelled \(olga: not now\); a new recovery looks/
  ],
  [
    'it was cancelled, and the host came back',
    { ended: [of('compute-01', { state: 'cancelled', reason: 'olga: not now' })] },
    0,
    /^status +All is well/
  ],
  [
    'that of a spare was cancelled, and the spare came back',
    { ended: [of('spare-2', { state: 'cancelled', reason: 'olga: not now' })] },
    0,
    /^status +All is well/
  ],
  [
    'that of a spare was cancelled, and the spare is down',
    { ended: [of('spare-3', { state: 'cancelled', reason: 'olga: not now' })] },
    2,
    /! spare-3 is dead, /
  ],
  [
    'it was cancelled, and recovered later',
    {
      segments: [lostHost],
      ended: [
        of('compute-01', { state: 'cancelled', reason: 'x' }),
        of('compute-01', { state: 'recovered' }, { id: 'r-2', openedAtMs: since(minute) })
      ]
    },
    0,
    /^status +All is well/
  ],
  ['the cloud can not be read', { segments: [] }, 2, /! the hosts and spares are not known/],
  ['it only observes', { segments: [{ ...well, armed: false }] }, 1, /- rack-a only observes: .*\n.*rack-a +observes /],
  ['Nova fails', { more: silent }, 1, /- nova fails: refused\n/],
  [
    'a host has no alarm',
    { segments: [{ ...well, hosts: [{ ...well.hosts[0]!, alarms: 0 }] }] },
    1,
    /- rack-a: no alarm tells of compute-01\n/
  ],
  [
    'a BMC can not be read',
    {
      segments: [
        { ...well, rehearsed: [{ host: 'compute-01', agent: 'bmc', atMs: 1, error: 'compute-01: wrong password' }] }
      ]
    },
    1,
    /- rack-a: compute-01 could not be fenced by bmc if it died: wrong password\n/
  ],
  [
    'an alarm names no host',
    { more: { store: { signals: async () => ({ items: [lost(0), lost(86_400_000)] }) } } },
    1,
    /- host-down names no host \(no such host\): switchover resolve s-1 HOST\nsegments/
  ],
  [
    'one was recovered in part',
    { ended: [of('compute-08', { state: 'partial', reason: 'x' })] },
    1,
    /- compute-08 was recovered in part, 2 servers stayed: switchover show compute-08\n/
  ]
])('%s', async (_what, world, exit, words) => {
  const said = await asked(world)
  expect(said.text).toMatch(words)
  expect(said.exit).toBe(exit)
})

test('what ended in part needs eyes for a day from its end, however long it took', async () => {
  const phase = { state: 'partial', reason: 'x' } as const
  const slow = of('compute-08', phase, { openedAtMs: since(25 * 60 * minute) })
  const over = {
    ...of('compute-09', phase, { openedAtMs: since(50 * 60 * minute) }),
    closedAtMs: since(25 * 60 * minute)
  }
  const { exit, text } = await asked({ ended: [slow, over] })
  expect(exit).toBe(1)
  expect(text).toMatch(/- compute-08 was recovered in part.*\n.*\nopen .*\n24 hours +compute-08 +partial +1 min ago /)
  expect(text).not.toContain('compute-09')
})

test('what was gone on with is no longer told, and the worst comes first', async () => {
  const partial = of('compute-08', { state: 'partial', reason: 'x' })
  const next = of('compute-09', { state: 'recovered' }, { continues: partial.recovery.id })
  expect((await asked({ ended: [next, partial] })).exit).toBe(0)
  const { text } = await asked({ ended: [partial], open: [held('compute-01', { releasedBy: 'person' })] })
  expect(text).toMatch(/^status +SOMEBODY IS NEEDED:\n +! compute-01 .*\n +- compute-08 /)
})

test('a service that can not use its database is told, and not asked for what it can not know', async () => {
  const ping = async () => {
    throw new StoreUnavailable('full', { isFull: true })
  }
  const { exit, text, queries } = await asked({ more: { store: { ping } } })
  expect([exit, queries]).toEqual([2, []])
  expect(text).toMatch(/! the service can't use its database, and accepts nothing: its disk is full/)
})

test('a recovery that can not be read stays as it was listed, and hides nothing of the others', async () => {
  const open = ['compute-02', 'compute-03'].map(host => withGuard(held(host, {})))
  const recoveryOf = async (id: string) => {
    if (id !== 'r-compute-03') throw new StoreUnavailable('it is elected anew')
    return open[1]
  }
  const { exit, text } = await asked({
    ...{ segments: [lostHost], open, ended: [cancelled] },
    more: { store: { recovery: recoveryOf } }
  })
  expect(exit).toBe(2)
  expect(text).toMatch(/! compute-03 waits for a person/)
  expect(text).toMatch(
    /! compute-01 is dead, .*: its servers can't be read, and its recovery was cancelled \(olga: not now\)/
  )
  expect(text).toMatch(/- compute-02 is held \(storm\) for 2 min, and goes on by itself\n/)
})

test('several recoveries are read at once', async () => {
  const open = ['compute-02', 'compute-03'].map(host => withGuard(held(host, {})))
  const both = Promise.withResolvers<void>()
  let read = 0
  const recoveryOf = async (id: string) => {
    if (++read === open.length) both.resolve()
    await both.promise
    return open.find(one => one.recovery.id === id)
  }
  const { text } = await asked({ open, more: { store: { recovery: recoveryOf } } })
  expect(text).toMatch(/! compute-02 waits for a person.*\n.*! compute-03 waits for a person/)
})

test('in JSON it is as its schema says', async () => {
  const { text } = await asked({ open: [held('compute-01', { releasedBy: 'person' })] }, true)
  const answer: unknown = JSON.parse(text)
  expectStatus(answer)
  expect(answer).toMatchObject({
    level: 'critical',
    findings: [{ level: 'critical' }],
    health: { mode: 'armed' },
    open: [{ host: 'compute-01' }]
  })
})
