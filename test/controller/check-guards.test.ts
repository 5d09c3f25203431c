import { expect, test } from '@jest/globals'
import type { GuardInput } from '../../src/controller/judgement/check-guards.ts'
import { checkGuards, isArmed } from '../../src/controller/judgement/check-guards.ts'
import type { Arming } from '../../src/controller/ports/ports.ts'
import type { GuardName } from '../../src/core/guards/guard.ts'
import { approvable } from '../../src/core/guards/guard.ts'
import { holdOf } from '../../src/core/guards/hold-of.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { hostOf, limits, nowMs, readingOf, recoveryOf, segmentOf, source } from '../core/builders.ts'
import { configOf, directoryOf, viewOf } from './builders.ts'

const policy = directoryOf(viewOf(), [configOf(), configOf({ name: 'rack-b', armed: true })])
const armed: Arming = { armed: true, segments: {} }
const calm = readingOf(hostOf(source, { state: 'down' }), hostOf('compute-02'), hostOf('compute-03'))

function inputOf(changes: Partial<GuardInput> = {}): GuardInput {
  return {
    recovery: recoveryOf(),
    segment: segmentOf(),
    reading: calm,
    aggregates: [],
    acted: [],
    failures: 0,
    node: 'not applicable',
    foreign: 0,
    planHash: 'hash-1',
    nowMs,
    ...changes
  }
}

function holding(changes: Partial<GuardInput>, arming: Arming = armed): string[] {
  return checkGuards(inputOf(changes), arming, policy)
    .filter(guard => guard.holds)
    .map(guard => guard.guard)
}

test.each<[string, Arming, boolean]>([
  ['rack-a', { segments: {} }, false],
  ['rack-b', { segments: {} }, true],
  ['rack-a', { armed: true, segments: {} }, true],
  ['rack-b', { armed: false, segments: {} }, false],
  ['rack-a', { armed: false, segments: { 'rack-a': true } }, true],
  ['rack-a', { armed: true, segments: { 'rack-a': false } }, false],
  ['rack-a', { segments: { 'rack-b': true } }, false]
])('%s under %j is armed: %s', (segment, arming, expected) => {
  expect(isArmed(segment, arming, policy)).toBe(expected)
})

test('a single dead host of an armed segment may be acted on, and every guard says why', () => {
  expect(holding({})).toEqual([])
  expect(checkGuards(inputOf(), armed, policy).map(guard => guard.guard)).toEqual([
    'own-isolation',
    'bmc-network',
    'control-plane',
    'other-tool',
    'maintenance',
    'chain',
    'site-start',
    'hosts-down',
    'storm',
    'domain',
    'flapping',
    'armed',
    'approval',
    'recoveries-per-hour'
  ])
})

test('observing holds last of what the world says, so that a person sees what else would', () => {
  const storm = readingOf(
    hostOf(source, { state: 'down' }),
    hostOf('compute-02', { state: 'down' }),
    hostOf('compute-03')
  )
  expect(holding({ reading: storm }, { segments: {} })).toEqual(['hosts-down', 'armed'])
  expect(holdOf(checkGuards(inputOf({ reading: storm }), { segments: {} }, policy))?.code).toBe('guard')
})

test('an unreadable cell, another tool and a chain hold', () => {
  expect(holding({ reading: readingOf(...calm.hosts, hostOf('x', { state: 'unknown' })) })).toEqual(['own-isolation'])
  expect(holding({ foreign: 4 })).toEqual(['other-tool'])
  expect(holding({ recovery: recoveryOf({ chain: 3 }) })).toEqual(['chain'])
})

test('a lost target does not count as a storm, but its chain does', () => {
  const storm = readingOf(hostOf(source, { state: 'down' }), hostOf('spare-1', { state: 'down' }), hostOf('compute-02'))
  expect(holding({ reading: storm })).toEqual(['hosts-down'])
  expect(holding({ reading: storm, recovery: recoveryOf({ origin: 'target', chain: 1 }) })).toEqual([])
  expect(holding({ reading: storm, recovery: recoveryOf({ origin: 'target', chain: 3 }) })).toEqual(['chain'])
})

test('an approval is asked for where it is required, and counts for this plan', () => {
  const segment = segmentOf({ approval: 'required' })
  const approval = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1 }
  expect(holding({ segment })).toEqual(['approval'])
  expect(holding({ segment, recovery: recoveryOf({ approval }) })).toEqual([])
  expect(holding({ segment, recovery: recoveryOf({ approval }), planHash: 'hash-2' })).toEqual(['approval'])
})

test('a host under maintenance is left alone', () => {
  const theirs = hostOf(source, { state: 'down', status: 'disabled', disabledReason: 'disk swap' })
  expect(holding({ reading: readingOf(theirs, hostOf('compute-02')) })).toEqual(['maintenance'])
})

test('no scheduler, another tool, Ironic and a silent link hold though an approval is fresh', () => {
  const releases = Object.keys(approvable) as GuardName[]
  const recovery = recoveryOf({ approval: { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1, releases } })
  const control = [{ kind: 'scheduler', host: 'ctl', state: 'down' }] as const
  expect(holding({ recovery, reading: { ...calm, control } })).toEqual(['control-plane'])
  const marked = hostOf(source, { state: 'down', status: 'disabled', disabledReason: 'Masakari detected host failed.' })
  expect(holding({ recovery, reading: readingOf(marked, hostOf('compute-02')) })).toEqual(['other-tool', 'maintenance'])
  expect(holding({ recovery, node: { maintenance: true } })).toEqual(['maintenance'])
  expect(holding({ recovery, bmcLink: { answering: [], silent: ['compute-02'] } })).toEqual(['bmc-network'])
  expect(holding({ recovery }, { segments: {} })).toEqual(['armed'])
})

const racks = [{ id: 1, name: 'row', hosts: [source, 'compute-02'], metadata: { rack: 'r1' } }]
const bothDown = readingOf(
  ...[source, 'compute-02'].map(name => hostOf(name, { state: 'down' })),
  ...['compute-03', 'compute-04', 'compute-05', 'compute-06', 'compute-07'].map(name => hostOf(name))
)
const wide = segmentOf({ hosts: bothDown.hosts.map(host => host.name), limits: { ...limits, hostsDownPercent: 90 } })
const narrow = { domain: { key: 'rack', hostsDown: 1, recoveriesPerHour: 1 } }
const slow = { guards: { bmcNetwork: true, siteStartMs: 600_000, otherTools: [] } }

/** One row a guard that an approval releases: what closes it. */
test.each<[GuardName, Partial<GuardInput>, Parameters<typeof directoryOf>[3]]>([
  ['chain', { recovery: recoveryOf({ chain: 3 }) }, {}],
  ['site-start', { watch: { sinceMs: nowMs - 599_999, seenAtMs: nowMs } }, slow],
  ['hosts-down', { reading: bothDown, segment: segmentOf({ hosts: [source, 'compute-02', 'compute-03'] }) }, {}],
  ['storm', { storm: { sinceMs: 0, seenAtMs: nowMs - 1 } }, {}],
  ['domain', { reading: bothDown, aggregates: racks, segment: wide }, narrow],
  ['flapping', { failures: 2 }, {}],
  ['approval', { segment: segmentOf({ approval: 'required' }) }, {}]
])('%s holds, and lets through what was approved, once that is fresh and of this plan', (guard, changes, more) => {
  const configured = directoryOf(viewOf(), [configOf()], undefined, more)
  const ask = (approval?: Recovery['approval']) => {
    const recovery = { ...(changes.recovery ?? recoveryOf()), ...(approval !== undefined && { approval }) }
    return checkGuards(inputOf({ ...changes, recovery }), armed, configured)
  }
  const held = (approval?: Recovery['approval']) =>
    ask(approval).flatMap(report => (report.holds ? [report.guard] : []))
  expect(held()).toEqual([guard])
  const given = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1, releases: [guard] }
  expect(held(given)).toEqual([])
  expect(held({ ...given, untilMs: nowMs })).toEqual([guard])
  expect(held({ ...given, planHash: 'hash-2' })).toEqual([guard])
})

test('a guard that closes after the approval was given holds, and says so', () => {
  const releases: GuardName[] = ['storm']
  const approval = { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1, releases }
  const stormy = { storm: { sinceMs: 0, seenAtMs: nowMs - 1 }, failures: 2 }
  const ask = (given: Recovery['approval']) =>
    checkGuards(inputOf({ ...stormy, recovery: recoveryOf({ ...(given && { approval: given }) }) }), armed, policy)
  expect(ask(approval).flatMap(({ guard, holds }) => (holds ? guard : []))).toEqual(['flapping'])
  expect(holdOf(ask(approval))?.reason).toContain('; alice approved the plan before that was so')
  expect(ask(approval).find(({ guard }) => guard === 'storm')).toMatchObject({ holds: false, approvedBy: 'alice' })
})

test('an approval that an earlier version stored counts where one is asked for, and lets no other guard through', () => {
  const recovery = recoveryOf({ approval: { planHash: 'hash-1', by: 'alice', untilMs: nowMs + 1 } })
  expect(holding({ recovery, segment: segmentOf({ approval: 'required' }) })).toEqual([])
  expect(holding({ recovery, failures: 2 })).toEqual(['flapping'])
})

test('the recovery of a lost target waits for no storm, domain, quarantine or start of the site', () => {
  const lost = recoveryOf({ origin: 'target', chain: 1 })
  const configured = directoryOf(viewOf(), [configOf()], undefined, { ...narrow, ...slow })
  const input = { ...{ reading: bothDown, aggregates: racks, failures: 9 }, storm: { sinceMs: 0, seenAtMs: nowMs } }
  const names = (recovery: Recovery) =>
    checkGuards(inputOf({ ...input, segment: wide, recovery }), armed, configured).flatMap(({ guard, holds }) =>
      holds ? [guard] : []
    )
  expect(names(recoveryOf())).toEqual(['site-start', 'storm', 'domain', 'flapping'])
  expect(names(lost)).toEqual([])
})
