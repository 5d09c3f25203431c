import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chainGuard, chainOfLost } from '../../src/core/guards/chain.ts'
import { controlPlaneGuard } from '../../src/core/guards/control-plane.ts'
import { domainGuard, domainsOf } from '../../src/core/guards/domain.ts'
import { flappingGuard } from '../../src/core/guards/flapping.ts'
import type { GuardName, GuardReport, Stage } from '../../src/core/guards/guard.ts'
import { approvable, askedAt, clear, closed, lastStage } from '../../src/core/guards/guard.ts'
import { holdBeside, holdCodeOf, holdFor, holdOf } from '../../src/core/guards/hold-of.ts'
import { looksDown } from '../../src/core/guards/looks-down.ts'
import { maintenanceGuard } from '../../src/core/guards/maintenance.ts'
import { foreignEvacuationsMax, otherToolGuard } from '../../src/core/guards/other-tool.ts'
import { bmcNetworkGuard, ownIsolationGuard } from '../../src/core/guards/own-isolation.ts'
import { approvalGuard, approverOf, armedGuard, letThrough } from '../../src/core/guards/people.ts'
import { recoveriesPerHourGuard } from '../../src/core/guards/recoveries-per-hour.ts'
import { hostsDownGuard, isStorm, siteStartGuard, stormGuard } from '../../src/core/guards/storm.ts'
import { stageOf } from '../../src/core/holding.ts'
import type { Aggregate, HostsReading } from '../../src/core/inventory.ts'
import { isolationReason, spareReason } from '../../src/core/marks.ts'
import type { Working } from '../../src/core/recovery.ts'
import {
  fenced,
  holdOf as holdIn,
  hostOf,
  isolation,
  limits,
  nowMs,
  readingOf,
  recoveryOf,
  segmentOf,
  source
} from './builders.ts'

const minuteMs = 60_000
const approval = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1 }
const down = { state: 'down' } as const
const ours = { status: 'disabled', disabledReason: isolationReason('recovery-0') } as const
const segment = segmentOf({ hosts: ['a', 'b', 'c', 'd'], spares: [] })
const marks = ['masakari', 'instanceha']
const disabledWith = (disabledReason: string) => hostOf('a', { ...down, status: 'disabled', disabledReason })
const old = nowMs - 61_000

function control(scheduler: 'up' | 'down', ...conductors: ('up' | 'down' | 'unknown')[]): HostsReading {
  return {
    ...readingOf(),
    control: [
      { kind: 'scheduler', host: 'ctl', state: scheduler },
      ...conductors.map((state, index) => ({ kind: 'conductor' as const, host: `ctl-${index}`, state }))
    ]
  }
}

const racks: readonly Aggregate[] = [
  { id: 1, name: 'left', hosts: ['a', 'b'], metadata: { rack: 'r1' } },
  { id: 2, name: 'right', hosts: ['c'], metadata: { rack: 'r1', pdu: 'p1' } },
  { id: 3, name: 'other', hosts: ['d'], metadata: { rack: 'r2' } },
  { id: 4, name: 'ssd', hosts: ['a', 'd'] }
]
const domainLimit = { key: 'rack', hostsDown: 2, recoveriesPerHour: 1 }
const inDomain = (host: string, ...downHosts: string[]) =>
  domainGuard(
    readingOf(...['a', 'b', 'c', 'd'].map(name => hostOf(name, downHosts.includes(name) ? down : {}))),
    domainsOf(host, racks, 'rack'),
    domainLimit
  )

test.each<[string, GuardReport, boolean]>([
  ['an armed segment', armedGuard(true, 'rack-a'), false],
  ['a segment that observes', armedGuard(false, 'rack-a'), true],
  ['no approval is asked for', approvalGuard(false, 'hash-1', undefined, nowMs), false],
  ['an approval is asked for and missing', approvalGuard(true, 'hash-1', undefined, nowMs), true],
  ['an approval of this plan', approvalGuard(true, 'hash-1', approval, nowMs), false],
  ['an approval of another plan', approvalGuard(true, 'hash-2', approval, nowMs), true],
  ['an approval that has expired', approvalGuard(true, 'hash-1', approval, nowMs + 1), true],
  ['Nova can not be read', ownIsolationGuard(undefined, '503'), true],
  ['Nova can not be read, and nobody knows why', ownIsolationGuard(undefined), true],
  ['Nova lists no host', ownIsolationGuard(readingOf()), true],
  ['no host is up', ownIsolationGuard(readingOf(hostOf('a', down), hostOf('b', { forcedDown: true }))), true],
  ['a cell can not be read', ownIsolationGuard(readingOf(hostOf('a'), hostOf('b', { state: 'unknown' }))), true],
  ['a status can not be read', ownIsolationGuard(readingOf(hostOf('a'), hostOf('b', { status: 'unknown' }))), true],
  ['nothing reports, though Nova calls it up', ownIsolationGuard(readingOf(hostOf('a', { reportedAtMs: old }))), true],
  ['one host is up', ownIsolationGuard(readingOf(hostOf('a'), hostOf('b', { ...down, reportedAtMs: old }))), false],
  ['nobody doubts our link to the BMCs', bmcNetworkGuard('a', undefined), false],
  ['no other BMC answers', bmcNetworkGuard('a', { answering: [], silent: ['b', 'c'] }), true],
  ['another BMC answers', bmcNetworkGuard('a', { answering: ['b'], silent: ['c'] }), false],
  ['there is no other BMC', bmcNetworkGuard('a', { answering: [], silent: [] }), false],
  ['Nova tells of no scheduler and no conductor', controlPlaneGuard(readingOf(hostOf('a'))), false],
  ['no scheduler is up', controlPlaneGuard(control('down', 'up')), true],
  ['no conductor is up', controlPlaneGuard(control('up', 'down', 'unknown')), true],
  ['one conductor of two is up', controlPlaneGuard(control('up', 'down', 'up')), false],
  ['a host in service', maintenanceGuard(hostOf('a', down)), false],
  ['disabled by others', maintenanceGuard(disabledWith('disk swap')), true],
  ['disabled by others, who gave no reason', maintenanceGuard(hostOf('a', { status: 'disabled' })), true],
  ['forced down by others', maintenanceGuard(hostOf('a', { ...down, forcedDown: true })), true],
  ['a spare of ours', maintenanceGuard(disabledWith(spareReason)), false],
  ['isolated by us', maintenanceGuard(hostOf('a', { ...down, ...ours, forcedDown: true })), false],
  [
    'a spare of ours that others forced down',
    maintenanceGuard(hostOf('a', { status: 'disabled', disabledReason: spareReason, forcedDown: true })),
    true
  ],
  ['Ironic has it in maintenance', maintenanceGuard(hostOf('a', down), { maintenance: true, reason: 'RAM' }), true],
  ['Ironic does not say why', maintenanceGuard(hostOf('a', down), { maintenance: true }), true],
  [
    'Ironic has it in maintenance for us',
    maintenanceGuard(hostOf('a', down), { maintenance: true, reason: isolationReason('recovery-1') }),
    false
  ],
  [
    'Ironic does not reach its BMC, and set it by itself',
    maintenanceGuard(hostOf('a', down), { maintenance: true, reason: 'max retries exceeded', isOfIronic: true }),
    false
  ],
  ['Ironic has it in service', maintenanceGuard(hostOf('a', down), { maintenance: false }), false],
  ['Ironic can not be asked', maintenanceGuard(hostOf('a', down), 'unknown'), false],
  ['no evacuation of others', otherToolGuard(0, hostOf('a'), marks), false],
  ['a few evacuations of others', otherToolGuard(foreignEvacuationsMax, hostOf('a'), marks), false],
  ['more evacuations of others', otherToolGuard(foreignEvacuationsMax + 1, hostOf('a'), marks), true],
  ['a mark of Masakari', otherToolGuard(0, disabledWith('Masakari detected host failed.'), marks), true],
  ['a mark of InstanceHA', otherToolGuard(0, disabledWith('instanceha evacuation: 2026-11-26'), marks), true],
  ['a reason of a person', otherToolGuard(0, disabledWith('disk swap'), marks), false],
  ['a host that Nova does not list', otherToolGuard(0, undefined, marks), false],
  ['a first host', chainGuard(0), false],
  ['a second target that was lost', chainGuard(2), false],
  ['a third target that was lost', chainGuard(3), true],
  ['no storm on record', stormGuard(undefined, segment, nowMs), false],
  ['a storm a moment ago', stormGuard({ sinceMs: 0, seenAtMs: nowMs - 10 * minuteMs + 1 }, segment, nowMs), true],
  ['ten quiet minutes', stormGuard({ sinceMs: 0, seenAtMs: nowMs - 10 * minuteMs }, segment, nowMs), false],
  ['no wait after a power loss', siteStartGuard(undefined, undefined, 0, nowMs), false],
  ['nobody has watched yet', siteStartGuard(undefined, undefined, minuteMs, nowMs), true],
  [
    'nobody has watched for more than a minute',
    siteStartGuard({ sinceMs: 0, seenAtMs: nowMs - 60_001 }, undefined, minuteMs, nowMs),
    true
  ],
  [
    'watched for too short',
    siteStartGuard({ sinceMs: nowMs - 59_999, seenAtMs: nowMs }, undefined, minuteMs, nowMs),
    true
  ],
  [
    'watched for long enough',
    siteStartGuard({ sinceMs: nowMs - minuteMs, seenAtMs: nowMs }, undefined, minuteMs, nowMs),
    false
  ],
  [
    'watched for long enough, with a storm in it',
    siteStartGuard({ sinceMs: 0, seenAtMs: nowMs }, { sinceMs: 0, seenAtMs: nowMs - 1 }, minuteMs, nowMs),
    true
  ],
  ['no domains are configured', domainGuard(readingOf(hostOf('a', down), hostOf('b', down)), [], undefined), false],
  ['a host of no domain', domainGuard(readingOf(hostOf('a', down), hostOf('b', down)), [], domainLimit), false],
  ['as many of the rack as may be', inDomain('a', 'a', 'b'), false],
  ['more of the rack, over two aggregates', inDomain('a', 'a', 'b', 'c'), true],
  ['more of another rack', inDomain('d', 'a', 'b', 'c', 'd'), false],
  ['a host that failed for the first time', flappingGuard('a', 0, limits), false],
  ['the last failure that may be', flappingGuard('a', 1, limits), false],
  ['a host that fails again and again', flappingGuard('a', 2, limits), true]
])('%s', (_, report, holds) => {
  expect(report.holds).toBe(holds)
  expect(report.reason).not.toBe('')
  expect(report.approvable).toBe(approvable[report.guard])
})

function storm(downCount: number, all: number, hostsDownPercent: number): GuardReport {
  const hosts = Array.from({ length: all }, (_, index) => hostOf(`h${index}`, index < downCount ? down : {}))
  const members = { ...segment, hosts: hosts.map(host => host.name), limits: { ...limits, hostsDownPercent } }
  return hostsDownGuard(readingOf(...hosts, hostOf('of-others', down)), members)
}

test('a single host always may, whatever share of the segment it is', () => {
  for (const all of [1, 2, 3]) for (const percentMax of [0, 10]) expect(storm(1, all, percentMax).holds).toBe(false)
  expect(
    domainGuard(readingOf(hostOf('a', down)), domainsOf('a', racks, 'rack'), { ...domainLimit, hostsDown: 0 }).holds
  ).toBe(false)
})

test('more than the share that may be down holds, as much as it does not, and the figures are told', () => {
  expect(storm(3, 10, 30).holds).toBe(false)
  expect(storm(4, 10, 30)).toEqual({
    guard: 'hosts-down',
    holds: true,
    reason: '4 of 10 hosts of rack-a look down (40 %, at most 30 %)',
    releasedBy: 'world',
    approvable: true,
    inputs: { down: 4, of: 10, percent: 40, percentMax: 30 }
  })
})

test('a share just above the limit is above the limit (rule 21)', () => {
  expect(storm(304, 1000, 30).holds).toBe(true)
})

test('hosts that we isolated, and hosts of other segments, do not count as a storm', () => {
  const isolated = ['b', 'c', 'd'].map(name => hostOf(name, { ...down, ...ours, forcedDown: true }))
  const reading = readingOf(hostOf('a', down), ...isolated, hostOf('x', down))
  expect(hostsDownGuard(reading, segment).holds).toBe(false)
  expect(isStorm(reading, segment)).toBe(false)
})

test('spares that died look down as well (rule 21)', () => {
  const spares = ['s1', 's2', 's3'].map(name =>
    hostOf(name, { ...down, status: 'disabled', disabledReason: spareReason })
  )
  const reading = readingOf(hostOf('a', down), hostOf('b'), ...spares)
  expect(hostsDownGuard(reading, segmentOf({ hosts: ['a', 'b'], spares: ['s1', 's2', 's3'] })).holds).toBe(true)
})

test('hosts that fall silent together count together, before Nova calls them all down', () => {
  const silent = (seconds: number, state: 'up' | 'down' = 'up') => ({ state, reportedAtMs: nowMs - seconds * 1000 })
  const look = (...hosts: ReturnType<typeof hostOf>[]) => looksDown(readingOf(...hosts), ['a', 'b', 'c', 'd'])
  expect(look(hostOf('a', silent(61, 'down')), hostOf('b', silent(52)), hostOf('c', silent(9)))).toEqual(['a', 'b'])
  // None is down, so nothing has happened; where reports come each minute, one that is due is not overdue.
  expect(look(hostOf('a', silent(59)), hostOf('b', silent(55)))).toEqual([])
  expect(look(hostOf('a', silent(181, 'down')), hostOf('b', silent(60)))).toEqual(['a'])
  // A host that has long been dead says nothing about those that are a little late now.
  expect(look(hostOf('a', silent(86_400, 'down')), hostOf('b', silent(55)))).toEqual(['a'])
  expect(look(hostOf('a', silent(86_400, 'down')), hostOf('c', silent(61, 'down')), hostOf('b', silent(55)))).toEqual([
    'a',
    'c',
    'b'
  ])
  expect(look(hostOf('a', down), hostOf('x', silent(59)))).toEqual(['a'])
})

test('a host that others took out of service does not count as one that failed just now', () => {
  const inWorkshop = (hours: number, disabledReason: string, more: object = {}) =>
    hostOf('b', { ...down, status: 'disabled', disabledReason, reportedAtMs: nowMs - hours * 3_600_000, ...more })
  const look = (other: ReturnType<typeof hostOf>) => looksDown(readingOf(hostOf('a', down), other), ['a', 'b'])
  expect(look(inWorkshop(2, 'new mainboard'))).toEqual(['a'])
  // Who disables a host that just died, by hand or with a tool, does not end a storm by it.
  expect(look(inWorkshop(1, 'new mainboard'))).toEqual(['a', 'b'])
  expect(look(inWorkshop(2, spareReason))).toEqual(['a', 'b'])
  expect(look(inWorkshop(2, 'new mainboard', { status: 'enabled' }))).toEqual(['a', 'b'])
})

test('more hosts down never open the brake', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 1, max: 40 }), fc.nat(100), (some, all, percentMax) => {
      const downCount = Math.min(some, all)
      if (storm(downCount, all, percentMax).holds && downCount < all)
        expect(storm(downCount + 1, all, percentMax).holds).toBe(true)
    })
  )
})

test('more hosts of a domain down never open its guard, and order does not matter', () => {
  const names = ['a', 'b', 'c', 'd']
  fc.assert(
    fc.property(fc.subarray(names), fc.constantFrom(...names), fc.constantFrom(...names), (some, one, host) => {
      const before = inDomain(host, ...some)
      expect(inDomain(host, ...some.toReversed())).toEqual(before)
      if (before.holds) expect(inDomain(host, ...some, one).holds).toBe(true)
    })
  )
})

test('a guard that waits for a time opens at that time, not before and not later', () => {
  const times = fc.record({ seenAgoMs: fc.nat(2_000_000), sinceAgoMs: fc.nat(2_000_000), waitMs: fc.nat(1_000_000) })
  fc.assert(
    fc.property(times, ({ seenAgoMs, sinceAgoMs, waitMs }) => {
      const seen = { sinceMs: nowMs - sinceAgoMs - seenAgoMs, seenAtMs: nowMs - seenAgoMs }
      const quiet = { ...segment, limits: { ...limits, quietMs: waitMs } }
      const watched = (atMs: number) => ({ sinceMs: nowMs - sinceAgoMs, seenAtMs: atMs })
      for (const ask of [
        (atMs: number) => stormGuard(seen, quiet, atMs),
        (atMs: number) => siteStartGuard(watched(atMs), undefined, waitMs, atMs),
        (atMs: number) => siteStartGuard(watched(atMs), seen, waitMs, atMs)
      ]) {
        const { holds, untilMs } = ask(nowMs)
        if (!holds) continue
        expect(untilMs).toBeGreaterThan(nowMs)
        expect(ask((untilMs ?? 0) - 1).holds).toBe(true)
        expect(ask(untilMs ?? 0).holds).toBe(false)
      }
    })
  )
})

test('domains are made of all aggregates with the same value, and a host may be in several', () => {
  expect(domainsOf('b', racks, 'rack')).toEqual([{ name: 'rack=r1', hosts: ['a', 'b', 'c'] }])
  expect(domainsOf('b', racks, 'pdu')).toEqual([])
  expect(domainsOf('b', [...racks, { id: 5, name: 'x', hosts: ['b'], metadata: { rack: 'r3' } }], 'rack')).toHaveLength(
    2
  )
})

test('the first guard that holds is the hold, and says what ends it', () => {
  const guards = [armedGuard(true, 'rack-a'), chainGuard(3), armedGuard(false, 'rack-a')]
  expect(holdOf(guards)).toEqual({
    code: 'guard',
    guard: 'chain',
    reason: `${guards[1]?.reason}; armed holds as well. First a person has to arm the segment; then an operator has to look, and to approve this plan or cancel`,
    releasedBy: 'person'
  })
  expect(holdOf([armedGuard(true, 'rack-a')])).toBeUndefined()
  expect(holdFor(storm(4, 10, 30)).reason).toContain(
    '; it goes on by itself when that is over, or when an operator approves'
  )
  expect(holdFor(closed('storm', 'r', 'world', {}, 0)).reason).toBe(
    'r; it goes on by itself at 1970-01-01T00:00:00.000Z, or when an operator approves this plan'
  )
})

const stagesInDocs: Readonly<Record<Stage, string>> = {
  unfenced: 'the first power-off',
  fencing: 'the proof',
  fenced: 'the end'
}

test('docs/safety.md says of each guard how long it is asked', () => {
  const docs = readFileSync(new URL('../../docs/safety.md', import.meta.url), 'utf8')
  const rows = Object.keys(lastStage).map(name => docs.split('\n').find(line => line.startsWith(`| \`${name}\` |`)))
  expect(rows.map(row => row?.split(' | ')[4]?.split(';')[0])).toEqual(
    Object.values(lastStage).map(stage => stagesInDocs[stage])
  )
})

test('a guard is asked up to its last stage, and not after it', () => {
  const namesAt = (stage: Stage) =>
    askedAt(
      stage,
      Object.keys(lastStage).map(name => clear(name as GuardName, '', {}))
    ).map(({ guard }) => guard)
  expect(namesAt('unfenced')).toEqual(Object.keys(approvable))
  expect(namesAt('fencing')).toEqual([
    'own-isolation',
    'bmc-network',
    'control-plane',
    'other-tool',
    'maintenance',
    'armed'
  ])
  expect(namesAt('fenced')).toEqual(['own-isolation', 'bmc-network', 'control-plane', 'other-tool'])
})

test('a recovery is asked by all guards until its first power-off, and again once it is planned anew', () => {
  const intents = { fenceIntents: { [source]: nowMs } }
  const held = (from: Working) => ({ state: 'held', from, hold: holdIn('guard') }) as const
  expect(stageOf(recoveryOf({ phase: { state: 'fencing', host: source } }))).toBe('unfenced')
  expect(stageOf(recoveryOf({ phase: { state: 'fencing', host: source }, ...intents }))).toBe('fencing')
  expect(stageOf(recoveryOf({ phase: held('fencing'), ...intents }))).toBe('fencing')
  expect(stageOf(recoveryOf({ phase: { state: 'planning' }, ...intents }))).toBe('unfenced')
  expect(stageOf(recoveryOf({ phase: held('planning'), ...intents }))).toBe('unfenced')
  expect(stageOf(recoveryOf({ phase: { state: 'moving' }, proofs: { [source]: fenced } }))).toBe('fenced')
  expect(stageOf(recoveryOf({ phase: { state: 'fencing', host: source }, ...intents, isolation }))).toBe('fenced')
})

const waiting = (untilMs?: number) => closed('storm', 'a storm', 'world', {}, untilMs)
const full = closed('recoveries-per-hour', 'full', 'world', {}, 60_000)
const unread = closed('own-isolation', 'a cell', 'world', {})
const unarmed = armedGuard(false, 'rack-a')
const unapproved = approvalGuard(true, 'hash-1', undefined, nowMs)

test.each<[string, GuardReport[], string]>([
  [
    'what a person has to do comes first, and it does not go on by itself before',
    [waiting(), unarmed, unapproved],
    'a storm; armed and approval hold as well. First a person has to arm the segment; then an operator has to look, and to approve this plan or cancel'
  ],
  [
    'time ends the rest',
    [waiting(30_000), unarmed, full],
    'a storm; armed and recoveries-per-hour hold as well. First a person has to arm the segment; then it goes on by itself at 1970-01-01T00:01:00.000Z, or when an operator approves this plan'
  ],
  [
    'the last of all times counts',
    [waiting(90_000), full],
    'a storm; recoveries-per-hour holds as well. It goes on by itself at 1970-01-01T00:01:30.000Z, or when an operator approves this plan'
  ],
  [
    'no time is told where one has none, and no approval where one does not take it',
    [unread, waiting(90_000)],
    'a cell; storm holds as well. It goes on by itself when all that is over'
  ],
  [
    'only the arming is missing',
    [unread, unarmed],
    'a cell; armed holds as well. First a person has to arm the segment; then it goes on by itself when all that is over'
  ]
])('a hold tells all that stands in the way: %s', (_what, guards, reason) => {
  expect(holdOf(guards)?.reason).toBe(reason)
})

test('where there is no target either, the guards that hold as well are told', () => {
  const hold = { code: 'no-target', reason: 'no target for server one', releasedBy: 'world' } as const
  expect(holdBeside(hold, [armedGuard(true, 'rack-a')])).toEqual(hold)
  expect(holdBeside(hold, [unarmed, unapproved]).reason).toBe(
    'no target for server one; armed and approval hold as well. First a person has to arm the segment; then it goes on by itself when the rest is over, and an operator approves the plan that is made then'
  )
})

test('a full window of recoveries holds with its counts; one that has its place, and other segments, do not', () => {
  const acted = [
    { recovery: 'r-1', host: 'a', segment: 'rack-a', actedAtMs: 1000 },
    { recovery: 'r-2', host: 'b', segment: 'rack-b', actedAtMs: 2000 }
  ]
  const limits = { windowMs: 3_600_000, segmentMax: 1, cloudMax: 3 }
  const domains = [{ name: 'rack=r1', hosts: ['b', 'c'], max: 1 }]
  expect(recoveriesPerHourGuard({ id: 'r-3', segment: 'rack-a' }, acted, limits)).toMatchObject({
    ...{ holds: true, untilMs: 3_601_000 },
    reason: '1 of at most 1 recoveries of segment rack-a have acted in the last 60 min (a)',
    inputs: { segment: 1, segmentMax: 1, cloud: 2, cloudMax: 3 }
  })
  expect(recoveriesPerHourGuard({ id: 'r-1', segment: 'rack-a' }, acted, limits).holds).toBe(false)
  expect(recoveriesPerHourGuard({ id: 'r-3', segment: 'rack-c' }, acted, limits).holds).toBe(false)
  expect(recoveriesPerHourGuard({ id: 'r-3', segment: 'rack-c' }, acted, { ...limits, domains })).toMatchObject({
    ...{ holds: true, untilMs: 3_602_000 },
    inputs: { domain: 1, domainMax: 1, domainName: 'rack=r1' }
  })
  expect(recoveriesPerHourGuard({ id: 'r-3', segment: 'rack-c' }, acted, { ...limits, cloudMax: 2 })).toMatchObject({
    ...{ holds: true, untilMs: 3_601_000 },
    reason: expect.stringContaining('of the cloud')
  })
})

/** One row a guard: its hold's code, and whether an approval releases it. docs/safety.md says the same. */
test.each<[GuardName, string, boolean]>([
  ['own-isolation', 'cloud', false],
  ['bmc-network', 'guard', false],
  ['control-plane', 'guard', false],
  ['other-tool', 'other-tool', false],
  ['maintenance', 'maintenance', false],
  ['chain', 'guard', true],
  ['site-start', 'guard', true],
  ['hosts-down', 'guard', true],
  ['storm', 'guard', true],
  ['domain', 'guard', true],
  ['flapping', 'guard', true],
  ['recoveries-per-hour', 'guard', true],
  ['armed', 'observing', false],
  ['approval', 'approval', true]
])('%s holds under the code %s; an approval releases it: %s', (guard, code, isApprovable) => {
  expect(holdCodeOf(guard)).toBe(code)
  expect(approvable[guard]).toBe(isApprovable)
  const approval = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1, releases: [guard] }
  const held = letThrough(closed(guard, 'because', 'world', {}), approval, 'hash-1', nowMs)
  expect(held.holds).toBe(!isApprovable || guard === 'approval')
  expect(held.approvedBy).toBe(isApprovable && guard !== 'approval' ? 'alice' : undefined)
})

test('an approval lets through for its plan alone, only what it names, and only while it is fresh', () => {
  const guards = fc.constantFrom<GuardName>('storm', 'domain', 'armed')
  const approvals = fc.record({
    planHash: fc.constantFrom('hash-1', 'hash-2'),
    untilMs: fc.integer({ min: -2, max: 2 }),
    releases: fc.option(fc.subarray<GuardName>(['storm', 'domain', 'armed']), { nil: undefined })
  })
  fc.assert(
    fc.property(approvals, guards, ({ planHash, untilMs, releases }, guard) => {
      const given = { planHash, by: 'alice', untilMs: nowMs + untilMs, ...(releases && { releases }) }
      const approver = approverOf(given, 'hash-1', guard, nowMs)
      const counts = planHash === 'hash-1' && untilMs > 0 && releases?.includes(guard) === true
      expect(approver).toBe(counts ? 'alice' : undefined)
      const after = letThrough(closed(guard, 'because', 'world', {}), given, 'hash-1', nowMs)
      expect(after.holds).toBe(!(counts && guard !== 'armed'))
      expect(after.reason).toContain('because')
    })
  )
  const given = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1, releases: ['storm'] as const }
  expect(letThrough(clear('storm', 'quiet', {}), given, 'hash-1', nowMs)).toEqual(clear('storm', 'quiet', {}))
})

test('a recovery that has lost one target after the other has a longer chain each time', () => {
  const lost = { state: 'lost', isSpare: true } as const
  const failed = { state: 'failed', isSpare: true } as const
  const proof = { kind: 'waived', atMs: 0 } as const
  expect(chainOfLost({ chain: 0, targets: { a: lost }, proofs: {} })).toBe(1)
  // One that is proven off by now was lost as well; one that only failed was not.
  expect(chainOfLost({ chain: 0, targets: { a: failed, b: failed, c: lost }, proofs: { host: proof, a: proof } })).toBe(
    2
  )
  expect(chainOfLost({ chain: 1, targets: { a: failed, c: lost }, proofs: { a: proof } })).toBe(3)
})
