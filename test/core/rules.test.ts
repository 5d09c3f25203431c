import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { compileRules, type Rule, type RuleContext, type Rules } from '../../src/core/rules.ts'

const context = (current: string, more: Partial<RuleContext['alarm']> = {}): RuleContext => ({
  source: 'aodh',
  host: 'compute-01',
  kind: 'host',
  segment: { name: 'rack-a', method: 'reserved_host', storage: 'shared', approval: 'none', hosts: 4, spares: 1 },
  nowMs: Date.UTC(2026, 11, 24, 22, 30),
  alarm: { id: 'a-1', name: 'host-down-compute-01', current, traits: {}, ...more }
})

function compiled(...rules: Rule[]): Rules {
  const result = compileRules(rules)
  if (!('ok' in result)) throw new Error(result.mistakes.join('\n'))
  return result.ok
}

const mistakesOf = (when: string) => {
  const result = compileRules([{ name: 'r', when, then: 'recover' }])
  return 'mistakes' in result ? result.mistakes.join('\n') : ''
}

test.each([
  ['alarm', 'recover', 'the alarm fired'],
  ['ok', 'note', 'the alarm is ok again'],
  ['insufficient data', 'note', 'the alarm\'s state is "insufficient data", which is no failure']
])('without rules the state %s means %s', (current, outcome, because) => {
  expect(compiled().decide(context(current))).toEqual({ outcome, because, tried: [] })
})

test('the first rule that matches decides', () => {
  const rules = compiled(
    { name: 'lab', when: 'segment.name == "lab"', then: 'ignore' },
    { name: 'dead host', when: 'alarm.current == "alarm" && alarm.name.startsWith("host-down-")', then: 'recover' },
    { name: 'rest', when: 'true', then: 'ignore' }
  )
  expect(rules.decide(context('alarm'))).toEqual({
    outcome: 'recover',
    rule: 'dead host',
    because: 'rule "dead host" says recover',
    tried: [
      {
        rule: 'lab',
        result: 'notMatched',
        because: 'segment.name == "lab" is not true (segment.name is "rack-a")'
      },
      { rule: 'dead host', result: 'matched', because: 'it is true' }
    ]
  })
  expect(rules.decide({ ...context('alarm'), segment: { ...context('alarm').segment, name: 'lab' } }).rule).toBe('lab')
  expect(rules.decide(context('alarm', { name: 'cpu' })).rule).toBe('rest')
})

test('what no rule matches is noted, and said', () => {
  const rules = compiled({ name: 'never', when: 'host.name == "nobody"', then: 'recover' })
  expect(rules.decide(context('alarm'))).toMatchObject({ outcome: 'note', because: 'no rule matches' })
})

test('a rule that cannot be evaluated does not match, and it is said', () => {
  const rules = compiled(
    { name: 'trait', when: 'alarm.traits["binary"] == "nova-compute"', then: 'ignore' },
    { name: 'rest', when: 'true', then: 'recover' }
  )
  const decision = rules.decide(context('alarm'))
  expect(decision.outcome).toBe('recover')
  expect(decision.because).toMatch(/^rule "rest" says recover; rule "trait" could not be evaluated \(.*binary.*\)$/)
  expect(rules.decide(context('alarm', { traits: { binary: 'nova-compute' } })).outcome).toBe('ignore')
})

test('missing data is a failure only if a rule says so', () => {
  const rules = compiled({ name: 'silence', when: 'alarm.current == "insufficient data"', then: 'recover' })
  expect(rules.decide(context('insufficient data')).outcome).toBe('recover')
})

test('an alarm that is ok again never starts a recovery, even if a rule forgot to ask', () => {
  const rules = compiled({ name: 'careless', when: 'alarm.name.startsWith("host-down-")', then: 'recover' })
  expect(rules.decide(context('ok'))).toMatchObject({ outcome: 'note', because: expect.stringContaining('ok again') })
})

test('a field that the alarm does not have is an empty text', () => {
  const rules = compiled({ name: 'critical', when: 'alarm.severity == ""', then: 'recover' })
  expect(rules.decide(context('alarm')).outcome).toBe('recover')
})

test.each([
  ['host ==', /is no CEL/],
  ['hots == "compute-01"', /unknown name "hots" \(did you mean "host"\?\)/],
  ['alarm.curent == "alarm"', /alarm has no "curent" \(did you mean "current"\?\)/],
  ['true || alarm.nme == "x"', /alarm has no "nme" \(did you mean "name"\?\)/],
  ['host.name.beginsWith("a")', /unbound function: beginsWith/],
  ['false && host.name > 3', /no matching overload/],
  ['host.name == 3', /compares a text with a number: these are never equal/],
  ['host.name', /answers a text, must answer true or false/],
  ['host.name.matches("a(")', /missing closing/],
  ['[1, 2].exists(x, x == hots)', /./],
  ['', /./]
])('%s is refused when the rules are read', (when, mistake) => {
  expect(mistakesOf(when)).toMatch(mistake)
})

test.each([
  'alarm.traits["host"] == host.name',
  '"service" in alarm.traits && alarm.traits["service"] == "x"',
  'has(alarm.traits.service)',
  'alarm.severity in ["critical", "moderate"]',
  'host.name.matches("^compute-[0-9]+$") && !alarm.name.contains("test")',
  'alarm.traits.exists(k, k == "host")',
  'source == "poll" || alarm.type == "event" ? true : false',
  'alarm.name.lowerAscii().startsWith("host")'
])('%s is taken', when => {
  expect(mistakesOf(when)).toBe('')
})

test('no alarm makes a rule throw', () => {
  const rules = compiled({
    name: 'all',
    when: 'alarm.traits["a"].startsWith(alarm.name) && alarm.reason.size() > 2',
    then: 'recover'
  })
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.dictionary(fc.string(), fc.string()), (current, name, traits) => {
      expect(['recover', 'note']).toContain(rules.decide(context(current, { name, traits })).outcome)
    }),
    { numRuns: 200 }
  )
})
