import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import type { AlarmDefinition, Alarms, NewSignal, Ports, Store } from '../../src/controller/ports/ports.ts'
import type { Directory } from '../../src/controller/service/directory.ts'
import type { Intake } from '../../src/controller/service/intake.ts'
import { createIntake, hasReturned } from '../../src/controller/service/intake.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { compileRules, type Rules } from '../../src/core/rules.ts'
import { openStore } from '../../src/store/open-store.ts'
import { hostOf, isolation, nowMs, readingOf, recoveryOf, source } from '../core/builders.ts'
import type { View } from './builders.ts'
import { cloudOf, configOf, directoryOf, logOf, viewOf } from './builders.ts'

let store: Store
let view: View
let directory: Directory
let intake: Intake
let definitions: Record<string, Partial<AlarmDefinition>>
let nudged: (string | undefined)[]
let aodhWorks: boolean
let rules: Rules
let decided: string[]
let counted: string[]

beforeEach(async () => {
  store = await openStore('file::memory:')
  view = viewOf(readingOf(hostOf(source, { state: 'down' }), hostOf('compute-02')))
  definitions = {}
  nudged = []
  counted = []
  aodhWorks = true
  decided = []
  rules = rulesOf()
  use(configOf())
})

afterEach(async () => await store.close())

function rulesOf(...texts: string[]): Rules {
  const compiled = compileRules(texts.map((when, index) => ({ name: `rule-${index + 1}`, when, then: 'recover' })))
  if ('mistakes' in compiled) throw new Error(compiled.mistakes.join())
  return compiled.ok
}

function use(config: ReturnType<typeof configOf>): void {
  directory = directoryOf(view, [config])
  const definition = async (id: string) => {
    if (!aodhWorks) throw new Error('Aodh is away')
    const known = definitions[id]
    return (
      known && {
        id,
        name: id,
        type: 'event',
        enabled: true,
        state: 'alarm',
        projectId: 'p',
        repeatActions: false,
        ...known
      }
    )
  }
  const ruleDecided = (rule: string | undefined, outcome: string) => decided.push(`${rule} ${outcome}`)
  const signalSettled = (outcome: string) => counted.push(outcome)
  const ports = {
    ...{ store, cloud: cloudOf(view), alarms: { definition } as Alarms, clock: systemClock, log: logOf() },
    metrics: { ruleDecided, signalSettled }
  }
  intake = createIntake(
    ports as unknown as Ports,
    directory,
    () => rules,
    id => nudged.push(id)
  )
}

function alarm(changes: Partial<NewSignal> = {}, current = 'alarm'): NewSignal {
  return { source: 'aodh', actor: 'aodh', alarm: { id: 'alarm-1', current, traits: {} }, ...changes }
}

async function outcomeOf(signal: string): Promise<string | undefined> {
  return (await store.signal(signal))?.outcome
}

/** Until the look-up that `receive` began is over. */
async function settled(): Promise<void> {
  await intake.lookUpReceived()
  await setImmediate()
}

test('which rule decided is counted, where there are rules, and only once a rule can decide', async () => {
  await intake.receive(alarm({ host: source }))
  rules = rulesOf('alarm.id == "alarm-1"', 'alarm.definition.project == "p"')
  await intake.receive(alarm({ host: source }))
  definitions['alarm-2'] = { projectId: 'other' }
  await intake.receive(alarm({ host: source, alarm: { id: 'alarm-2', current: 'alarm', traits: {} } }))
  expect(decided).toEqual(['rule-1 recover'])
  await settled()
  expect(decided).toEqual(['rule-1 recover', 'undefined note'])
  // A host that stays down is told at each poll, and stored once.
  for (const _ of [1, 2]) await intake.receive(alarm({ host: source, dedupeKey: 'poll|7|1' }))
  expect(decided).toHaveLength(3)
})

test('an alarm opens a recovery, the next one joins it, and its driver is told once', async () => {
  const first = await intake.receive(alarm({ host: source }))
  const second = await intake.receive(alarm({ host: source }))
  expect([first.outcome, second.outcome]).toEqual(['opened', 'joined'])
  expect(second.recovery).toBe(first.recovery)
  expect(nudged).toEqual([first.recovery])
})

test('ids of recoveries break ties of time in the order in which they were opened', async () => {
  const received = []
  for (const host of ['compute-02', source]) received.push(await intake.receive(alarm({ host })))
  const ids = received.map(({ recovery = '' }) => recovery)
  // Of the version that grows with time; of those that are drawn by chance two may be in order as well.
  expect(ids.map(id => id[14])).toEqual(['7', '7'])
  expect(ids.toSorted()).toEqual(ids)
})

test('an alarm that names no host is stored at once, and opens when its definition was looked up', async () => {
  definitions['alarm-1'] = { host: source }
  const received = await intake.receive(alarm())
  expect(received.outcome).toBe('received')
  await settled()
  expect(await outcomeOf(received.signal)).toBe('opened')
  expect((await store.openRecoveryOf(source))?.recovery.id).toBe(nudged.at(-1))
})

test('an alarm whose definition names no host either is unresolved, and never guessed', async () => {
  const received = await intake.receive(
    alarm({ alarm: { id: 'alarm-1', name: `down-${source}`, current: 'alarm', traits: {} } })
  )
  await settled()
  expect(await outcomeOf(received.signal)).toBe('unresolved')
  expect(counted).toEqual(['unresolved'])
  expect(nudged).toEqual([])
})

test('while Aodh is away a signal stays received, and is settled by a later walk', async () => {
  aodhWorks = false
  definitions['alarm-1'] = { host: source }
  const received = await intake.receive(alarm())
  await settled()
  expect(await outcomeOf(received.signal)).toBe('received')
  expect(counted).toEqual([])
  aodhWorks = true
  await settled()
  expect(await outcomeOf(received.signal)).toBe('opened')
  expect(counted).toEqual(['opened'])
})

test('a host of no segment is unresolved, a person may give it its host later', async () => {
  const received = await intake.receive(alarm({ host: 'compute-99' }))
  expect(received.outcome).toBe('unresolved')
  const resolved = await intake.settleWith(
    received.signal,
    { source: 'aodh', alarm: { id: 'alarm-1', current: 'alarm', traits: {} } },
    source
  )
  expect(resolved.outcome).toBe('opened')
})

test('before the members are known a signal waits, and is settled when they are', async () => {
  use(configOf({ hosts: { aggregate: 'rack-a' } }))
  view.aggregates = [{ id: 1, name: 'rack-a', hosts: [source] }]
  const received = await intake.receive(alarm({ host: source }))
  await settled()
  expect(await outcomeOf(received.signal)).toBe('received')
  await directory.refresh()
  await settled()
  expect(await outcomeOf(received.signal)).toBe('opened')
})

/** A recovery of the host that ended after it had isolated it. */
async function isolatedBefore(): Promise<Recovery> {
  const before = recoveryOf({ isolation })
  await store.receive(
    { source: 'manual', actor: 'alice', host: source },
    { outcome: 'open', because: 'x', recovery: before }
  )
  const [claimed] = await store.claim('me', 60_000, 1, [])
  await store.write(claimed!.lease, { recovery: before })
  await store.write(claimed!.lease, { recovery: { ...before, phase: { state: 'recovered' } } })
  return before
}

test('an alarm for a host that we isolated is noted while it is forced down', async () => {
  await isolatedBefore()
  view.reading = readingOf(hostOf(source, { state: 'down', forcedDown: true, status: 'disabled' }))
  const received = await intake.receive(alarm({ host: source }))
  expect(received.outcome).toBe('received')
  await settled()
  expect(await outcomeOf(received.signal)).toBe('noted')
})

test('after it has returned it is a host like any other', async () => {
  await isolatedBefore()
  view.reading = readingOf(hostOf(source, { reportedAtMs: nowMs }))
  const received = await intake.receive(alarm({ host: source }))
  await settled()
  expect(await outcomeOf(received.signal)).toBe('opened')
  expect(await store.isolationOf(source)).toBeUndefined()
})

test('a manual trigger for a host that we isolated opens at once', async () => {
  await isolatedBefore()
  const received = await intake.receive({ source: 'manual', actor: 'alice', host: source, reason: 'again' })
  expect(received.outcome).toBe('opened')
})

test.each([
  ['forced down still', { forcedDown: true, state: 'up', status: 'enabled' }, false],
  ['of a cell that is unreadable', { forcedDown: false, state: 'unknown', status: 'enabled' }, false],
  ['not forced down any more, but without a report', { forcedDown: false, state: 'down', status: 'disabled' }, false],
  ['up', { forcedDown: false, state: 'up', status: 'disabled' }, true],
  ['enabled by an operator, and dead again', { forcedDown: false, state: 'down', status: 'enabled' }, true],
  ['not listed any more', undefined, false]
] as const)('a host that is %s has returned: %s', (_, host, returned) => {
  expect(hasReturned(host)).toBe(returned)
})

test('a rule that looks at the definition has it looked up first, and the signal says which rules were tried', async () => {
  rules = rulesOf('alarm.definition.project == "other"', 'alarm.definition.project == "p-1"')
  definitions['alarm-1'] = { projectId: 'p-1' }
  const received = await intake.receive(alarm({ host: source }))
  expect(received).toMatchObject({
    outcome: 'received',
    because: 'rule "rule-1" needs the alarm\'s definition, which is looked up'
  })
  await settled()
  expect(await store.signal(received.signal)).toMatchObject({
    outcome: 'opened',
    rules: [
      { rule: 'rule-1', result: 'notMatched' },
      { rule: 'rule-2', result: 'matched' }
    ]
  })
  expect((await store.openRecoveryOf(source))?.recovery.decision).toMatchObject({ rule: 'rule-2', outcome: 'recover' })
})

test('while Aodh is away such a signal waits, and one that Aodh does not show is decided without', async () => {
  rules = rulesOf('alarm.definition.known && alarm.definition.project == "p-1"')
  aodhWorks = false
  const received = await intake.receive(alarm({ host: source }))
  await settled()
  expect(await outcomeOf(received.signal)).toBe('received')
  aodhWorks = true
  await settled()
  expect(await outcomeOf(received.signal)).toBe('noted')
})

test('what no alarm told has no definition to wait for', async () => {
  rules = rulesOf('!alarm.definition.known')
  expect((await intake.receive({ source: 'poll', actor: 'poll', host: source })).outcome).toBe('opened')
})

test('a rule that looks at the host waits until the hosts were read', async () => {
  rules = rulesOf('host.state == "down" && host.kind == "host"')
  const received = await intake.receive(alarm({ host: source }))
  expect(received.outcome).toBe('received')
  await settled()
  expect(await outcomeOf(received.signal)).toBe('received')
  await directory.refresh()
  await settled()
  expect(await outcomeOf(received.signal)).toBe('opened')
})

test('a rule that looks at the history sees the recoveries of the host', async () => {
  rules = rulesOf('history.recoveriesLastDay == 0')
  expect((await intake.receive(alarm({ host: source }))).outcome).toBe('opened')
  expect((await intake.receive(alarm({ host: source }))).outcome).toBe('noted')
  expect((await intake.receive(alarm({ host: 'compute-02' }))).outcome).toBe('opened')
})

test('a signal that did nothing says which rules were tried, and why none of them matched', async () => {
  rules = rulesOf('alarm.severity == "critical"')
  const { signal } = await intake.receive(alarm({ host: source }))
  expect(await store.signal(signal)).toMatchObject({
    outcome: 'noted',
    rules: [
      {
        rule: 'rule-1',
        result: 'notMatched',
        because: 'alarm.severity == "critical" is not true (alarm.severity is "")'
      }
    ]
  })
})

test('of an operator, who is always heard, the rules are not asked', async () => {
  rules = rulesOf('false')
  const { signal, recovery } = await intake.receive({ source: 'manual', actor: 'alice', host: source })
  expect(await store.signal(signal)).not.toHaveProperty('rules')
  expect((await store.recovery(recovery ?? ''))?.recovery).not.toHaveProperty('decision')
})
