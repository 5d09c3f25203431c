import { expect, test } from '@jest/globals'
import type { Rule, Rules } from '../../src/core/rules.ts'
import { compileRules } from '../../src/core/rules.ts'
import type { Triage, TriageQuestion } from '../../src/core/triage.ts'
import { triage } from '../../src/core/triage.ts'
import { source } from './builders.ts'

function rulesOf(...rules: Rule[]): Rules {
  const compiled = compileRules(rules)
  if ('mistakes' in compiled) throw new Error(compiled.mistakes.join())
  return compiled.ok
}

const segment = {
  name: 'rack-a',
  method: 'reserved_host',
  storage: 'shared',
  approval: 'none',
  hosts: 4,
  spares: 1
}

function alarm(current: string) {
  return { id: 'alarm-1', name: 'host-down', current, traits: {} }
}

function ask(changes: Partial<TriageQuestion> = {}): Triage {
  return triage({
    source: 'aodh',
    alarm: alarm('alarm'),
    host: source,
    segment,
    kind: 'host',
    nowMs: 0,
    membersKnown: true,
    canLookUp: false,
    isolated: 'no',
    rules: rulesOf(),
    ...changes
  })
}

/** The question without what nobody knows. */
function without(key: 'host' | 'segment', changes: Partial<TriageQuestion> = {}): Triage {
  const { [key]: _, ...rest } = {
    source: 'aodh',
    alarm: alarm('alarm'),
    host: source,
    segment,
    ...changes
  } as const
  return triage({
    kind: 'host',
    nowMs: 0,
    membersKnown: true,
    canLookUp: false,
    isolated: 'no',
    rules: rulesOf(),
    ...rest
  })
}

test('an alarm for a host of a segment opens a recovery', () => {
  expect(ask()).toMatchObject({ outcome: 'open', because: 'the alarm fired' })
})

test.each(['ok', 'insufficient data', ''])('an alarm that is "%s" opens nothing', current => {
  expect(ask({ alarm: alarm(current) }).outcome).toBe('noted')
})

test('only an alarm that is ok again clears what it said before', () => {
  expect(ask({ alarm: alarm('ok') })).toMatchObject({ outcome: 'noted', clears: true })
  expect(ask({ alarm: alarm('insufficient data') })).toMatchObject({ clears: false })
})

test('an ok clears also while the host is isolated or rules find nothing in it', () => {
  const rules = rulesOf({ name: 'fired', when: 'alarm.current == "alarm"', then: 'recover' })
  expect(ask({ alarm: alarm('ok'), isolated: 'yes' })).toMatchObject({ clears: true })
  expect(ask({ alarm: alarm('ok'), rules })).toMatchObject({ outcome: 'noted', clears: true })
})

test('an ok never opens, whatever a rule says', () => {
  const rules = rulesOf({ name: 'all', when: 'true', then: 'recover' })
  expect(ask({ alarm: alarm('ok'), rules })).toMatchObject({ outcome: 'noted', clears: true })
})

test('a host that we isolated: an alarm or a poll is noted until it has returned', () => {
  expect(ask({ isolated: 'yes' }).outcome).toBe('noted')
  expect(ask({ isolated: 'yes', source: 'poll' }).outcome).toBe('noted')
  expect(ask({ isolated: 'unknown' }).outcome).toBe('received')
  expect(ask({ isolated: 'no' }).outcome).toBe('open')
})

test('a test is noted, whatever its host is, and clears nothing', () => {
  for (const changes of [{}, { isolated: 'yes' }, { alarm: alarm('ok') }] as const)
    expect(ask({ source: 'test', ...changes })).toEqual({
      outcome: 'noted',
      because: 'a test of the way that alarms take: it arrived, and nothing is done'
    })
  expect(without('segment', { source: 'test' })).toMatchObject({ outcome: 'noted' })
})

test('a manual trigger always opens or joins: isolated or not, whatever the rules say', () => {
  const rules = rulesOf({ name: 'none', when: 'true', then: 'ignore' })
  for (const isolated of ['no', 'yes', 'unknown'] as const)
    expect(ask({ source: 'manual', isolated, rules }).outcome).toBe('open')
})

test('a lost target opens, whatever the rules say', () => {
  const rules = rulesOf({ name: 'none', when: 'true', then: 'ignore' })
  expect(ask({ source: 'target', rules }).outcome).toBe('open')
})

test('an alarm that names no host is stored while its definition is looked up, and unresolved after that', () => {
  expect(without('host', { canLookUp: true }).outcome).toBe('received')
  expect(without('host').outcome).toBe('unresolved')
  expect(without('host', { source: 'manual' }).outcome).toBe('unresolved')
})

test('a host is never guessed from the name of the alarm', () => {
  const named = { ...alarm('alarm'), name: `host-down-${source}` }
  expect(without('host', { alarm: named }).outcome).toBe('unresolved')
})

test('a host of no segment is unresolved, once the members are known', () => {
  expect(without('segment')).toEqual({ outcome: 'unresolved', because: `${source} belongs to no segment` })
  expect(without('segment', { membersKnown: false }).outcome).toBe('received')
  expect(without('segment', { source: 'manual' }).outcome).toBe('unresolved')
})

test.each([
  ['recover', 'open'],
  ['note', 'noted'],
  ['ignore', 'ignored']
] as const)('a rule that says %s: %s', (then, outcome) => {
  expect(ask({ rules: rulesOf({ name: 'mine', when: `host.name == "${source}"`, then }) })).toMatchObject({
    outcome,
    because: `rule "mine" says ${then}`
  })
})

test('with rules, what none matches is noted, and said', () => {
  expect(ask({ rules: rulesOf({ name: 'other', when: 'segment.name == "rack-b"', then: 'recover' }) })).toMatchObject({
    outcome: 'noted',
    because: 'no rule matches'
  })
})
