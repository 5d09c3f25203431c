import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { compileRules, type Decision, type Rule, type RuleContext, type Rules } from '../../src/core/rules.ts'

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
      {
        rule: 'dead host',
        result: 'matched',
        because: 'it is true (alarm.current is "alarm", alarm.name is "host-down-compute-01")'
      }
    ]
  })
  expect(rules.decide({ ...context('alarm'), segment: { ...context('alarm').segment, name: 'lab' } }).rule).toBe('lab')
  expect(rules.decide(context('alarm', { name: 'cpu' })).rule).toBe('rest')
})

test('what no rule matches is noted, and said', () => {
  const rules = compiled({ name: 'never', when: 'host.name == "nobody"', then: 'recover' })
  expect(rules.decide(context('alarm'))).toMatchObject({ outcome: 'note', because: 'no rule matches' })
})

test.each([
  ['"nova" in alarm.traits', '"nova" in alarm.traits is not true (alarm.traits has the keys host, binary)'],
  ['"" in alarm.traits && true', '"" in alarm.traits is not true (alarm.traits has the keys host, binary)'],
  ['alarm.traits["host"] == "b"', 'alarm.traits["host"] == "b" is not true (alarm.traits.host is "a")'],
  ['"q" in host.aggregates', '"q" in host.aggregates is not true (host.aggregates is ["x", "y"])'],
  ['"x" in host.aggregates', 'it is true (host.aggregates is ["x", "y"])']
])('%s is explained with what it looked at', (when, because) => {
  const seen = {
    zone: '',
    aggregates: ['x', 'y'],
    status: 'enabled',
    state: 'up',
    forcedDown: false,
    disabledReason: ''
  }
  const rules = compiled({ name: 'r', when, then: 'note' })
  const { tried } = rules.decide({ ...context('alarm', { traits: { host: 'a', binary: 'b' } }), seen })
  expect(tried[0]?.because).toBe(because)
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
  ['host.name.beginsWith("a")', /there is no function beginsWith; for texts there are startsWith/],
  ['false && host.name > 3', /does not go with a/],
  ['host.name == 3', /compares a text with a number: these are never equal/],
  ['host.name', /answers a text, must answer true or false/],
  ['host.name.matches("a(")', /missing closing/],
  ['[1, 2].exists(x, x == hots)', /./],
  ['', /./],
  ['alarm.name.size == 3', /alarm.name is a text and has no "size"/],
  ['host.aggregates.exists(a, a.name == "x")', /is a text and has no "name"/],
  ['alarm.severity != null', /compares a text with null: these are never equal/],
  ['int("three") == segment.hosts', /Cannot convert three/],
  ['timestamp("tomorrow") > now', /Failed to parse timestamp/],
  [
    'alarm.traits.all(a, alarm.traits.all(b, alarm.traits.all(c, a != b || b != c)))',
    /walks through lists inside of lists 3 deep/
  ]
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
  'alarm.name.lowerAscii().startsWith("host")',
  '"failures" in alarm.traits && int(alarm.traits["failures"]) > 3',
  'alarm.traits.exists(k, int(alarm.traits[k]) > 3)',
  '"since" in alarm.traits && now - timestamp(alarm.traits["since"]) > duration("10m")',
  'alarm.traits.exists(a, alarm.traits.filter(b, a == b).size() > 1)'
])('%s is taken', when => {
  expect(mistakesOf(when)).toBe('')
})

test.each([
  ['alarm.current == "Alarm"', 'alarm.current is never "Alarm" (did you mean "alarm"?): it is one of "alarm", "ok"'],
  ['"hight" != alarm.severity', 'alarm.severity is never "hight"'],
  ['time.weekday in ["sat", "Sunday"]', 'time.weekday is never "Sunday"'],
  ['time.weekday == "sun" || host.state == "DOWN"', 'host.state is never "DOWN" (did you mean "down"?)'],
  ['alarm["current"] == "alarming"', 'alarm.current is never "alarming"'],
  ['time.clock >= "9:00"', 'time.clock is never like "9:00": it is like "06:30"'],
  ['time.date < "24.12.2026"', 'time.date is never like "24.12.2026": it is like "2026-12-24"']
])('%s can never be as it is meant, and is a mistake', (when, mistake) => {
  expect(mistakesOf(when)).toContain(mistake)
})

test.each([
  'alarm.current != "ok" && alarm.previous == "" && alarm.severity in ["low", "critical"]',
  'time.weekday == "sun" && time.clock < "24:00" && time.date >= "2026-12-24"',
  'host.state == "unknown" || source == "poll" || segment.method == "rh_priority"'
])('%s names only texts that there are', when => {
  expect(mistakesOf(when)).toBe('')
})

test.each([
  ['alarm.current = "alarm"', 'is no CEL from column 15 on ("= "alarm""): write == to compare'],
  ['alarm.name != "a = b" and source == "poll"', 'write && for and'],
  ['true or false', 'write || for or'],
  ['not alarm.definition.enabled', 'write ! for not'],
  ['time.clock >= 22:00', 'a time stands in quotes: "22:00"'],
  ['alarm.name == “a”', 'write plain quotes'],
  ["alarm.name == 'a", 'a quote is not closed'],
  ['(alarm.name == "a"', 'a ( is not closed'],
  ['true &&\n  source = "aodh"', 'from line 2, column 10 on'],
  [' ', 'rule "r": is empty'],
  ['time.hour > "4"', '> does not go with a number and a text: a number stands without quotes'],
  ['history.lastAge < 3600', '< does not go with a duration and a number: write a duration like duration("1h")'],
  ['host.aggregates.contains("a")', 'contains() does not go with a list and a text: write "text" in list'],
  ['alarm.name.startwith("a")', 'there is no function startwith; for texts there are startsWith']
])('%s: it is said what to write', (when, mistake) => {
  expect(mistakesOf(when)).toContain(mistake)
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

const settings = {
  zone: 'Europe/Berlin',
  calendars: { freeze: [{ from: '2026-12-20', to: '2027-01-04' }], nights: [{ from: '22:00', to: '06:00' }] }
}

function decideBy(context: RuleContext, when: string): Decision {
  const result = compileRules([{ name: 'r', when, then: 'recover' }], settings)
  if (!('ok' in result)) throw new Error(result.mistakes.join('\n'))
  return result.ok.decide(context)
}

test.each([
  // 22:30 in London is 23:30 in Berlin, on a Thursday.
  ['time.clock == "23:30" && time.hour == 23 && time.minute == 30', true],
  ['time.weekday == "thu" && time.date == "2026-12-24" && time.zone == "Europe/Berlin"', true],
  ['calendar.freeze && calendar.nights', true],
  ['now.getHours("Europe/Berlin") == 23 && now.getHours() == 22', true],
  ['now > timestamp("2026-12-24T22:00:00Z") && now - timestamp("2026-12-24T22:00:00Z") == duration("30m")', true],
  ['segment.hosts == 4 && segment.spares == 1 && segment.method == "reserved_host"', true],
  ['host.kind == "spare"', false]
])('%s is %s', (when, expected) => {
  expect(decideBy(context('alarm'), when).outcome).toBe(expected ? 'recover' : 'note')
})

const hourMs = 3_600_000
const past = (nowMs: number) => [
  { openedAtMs: nowMs - 2 * hourMs, closedAtMs: nowMs - hourMs, state: 'recovered' },
  { openedAtMs: nowMs - 30 * hourMs, closedAtMs: nowMs - 29 * hourMs, state: 'dismissed' },
  { openedAtMs: nowMs - 400 * hourMs, closedAtMs: nowMs - 399 * hourMs, state: 'partial' }
]

test.each([
  'history.recoveriesLastDay == 1 && history.recoveriesLastWeek == 2',
  'history.failuresLastDay == 1 && history.failuresLastWeek == 1',
  'history.lastState == "recovered" && history.lastAge == duration("1h")',
  'now - history.lastEndedAt < duration("61m")'
])('the history of the host: %s', when => {
  const asked = context('alarm')
  expect(decideBy({ ...asked, past: past(asked.nowMs) }, when).outcome).toBe('recover')
})

test('a trait is a text, which a rule may take for a number or a time; one that is none does not match, and it is said', () => {
  const when = '"failures" in alarm.traits && int(alarm.traits["failures"]) > 3'
  const ask = (failures: string) => decideBy(context('alarm', { traits: { failures } }), when)
  expect(ask('4').outcome).toBe('recover')
  expect(ask('3').outcome).toBe('note')
  expect(ask('many')).toMatchObject({ outcome: 'note', because: expect.stringContaining('could not be evaluated') })
})

test('a host without a history was never recovered', () => {
  const when = 'history.recoveriesLastWeek == 0 && history.lastAge > duration("1000h") && history.lastState == ""'
  expect(decideBy({ ...context('alarm'), past: [] }, when).outcome).toBe('recover')
})

test('only what a rule looks at is asked for', () => {
  const needs = (when: string) => {
    const result = compileRules([{ name: 'r', when, then: 'recover' }], settings)
    return 'ok' in result ? result.ok.needs : undefined
  }
  expect(needs('host.name == "a" && host.kind == "spare"')).toEqual({ definition: false, seen: false, past: false })
  expect(needs('"ssd" in host.aggregates')).toMatchObject({ seen: true })
  expect(needs('alarm.definition.project == "p"')).toMatchObject({ definition: true })
  expect(needs('alarm.current == "alarm" && history.failuresLastDay > 1')).toMatchObject({ past: true })
  expect(needs('alarm.traits.exists(k, k == alarm.definition.name)')).toMatchObject({ definition: true })
  expect(needs('alarm["definition"].project == "p"')).toMatchObject({ definition: true })
  expect(needs('host["zone"] == "az1"')).toMatchObject({ seen: true })
  expect(needs('"x" == history["lastState"]')).toMatchObject({ past: true })
})

test('a rule that needs the definition waits for it, unless the rest decides without', () => {
  const when = 'alarm.name == "cpu" && alarm.definition.project == "p"'
  expect(decideBy(context('alarm', { name: 'cpu' }), when)).toMatchObject({
    outcome: 'lookUp',
    because: 'rule "r" needs the alarm\'s definition, which is looked up'
  })
  expect(decideBy(context('alarm', { name: 'disk' }), when).outcome).toBe('note')
  const definition = { name: 'cpu', type: 'event', project: 'p', description: '', enabled: true, repeatActions: true }
  expect(decideBy({ ...context('alarm', { name: 'cpu' }), definition }, when).outcome).toBe('recover')
  expect(decideBy({ ...context('alarm', { name: 'cpu' }), definition: 'none' }, when).outcome).toBe('note')
  expect(decideBy({ ...context('alarm'), definition: 'none' }, '!alarm.definition.known').outcome).toBe('recover')
})

test('a rule that looks at the host waits until the hosts were read', () => {
  const when = 'host.zone == "az1" && !host.forcedDown && host.status == "enabled"'
  expect(decideBy(context('alarm'), when).outcome).toBe('lookUp')
  const seen = { zone: 'az1', aggregates: [], status: 'enabled', state: 'down', forcedDown: false, disabledReason: '' }
  expect(decideBy({ ...context('alarm'), seen }, when).outcome).toBe('recover')
  expect(decideBy({ ...context('alarm'), seen: 'none' }, when).outcome).toBe('note')
})

test('the rules before one that must wait decide first', () => {
  const rules = compiled(
    { name: 'lab', when: 'host.name == "compute-01"', then: 'ignore' },
    { name: 'project', when: 'alarm.definition.project == "p"', then: 'recover' }
  )
  expect(rules.decide(context('alarm')).rule).toBe('lab')
})

test('a rule that recovers says what it sets in place of the settings', () => {
  const overrides = { approval: 'required', confirm: { downMs: 60_000 } } as const
  const rules = compiled({ name: 'careful', when: 'true', then: 'recover', overrides })
  expect(rules.decide(context('alarm'))).toMatchObject({
    overrides,
    because: 'rule "careful" says recover with approval'
  })
  expect(rules.decide(context('ok')).overrides).toBeUndefined()
})

test.each([
  ['calendar.freze', /calendar has no "freze" \(did you mean "freeze"\?\)/],
  ['history.lastAge > 3', /does not go with a/],
  ['now.getHours("Europe/Nowhere") > 3', /[Ii]nvalid time zone/],
  ['host.aggregates.exists(a, a == 3)', /never equal/],
  ['3 in host.aggregates', /never equal/],
  ['alarm["nme"] == "x"', /alarm has no "nme"/],
  ['alarm.traits["age"] > 3', /does not go with a/],
  ['has(alarm.nme)', /alarm has no "nme"/],
  ['segment == "rack-a"', /segment is a group of facts: write which one, like segment.name/]
])('%s is refused, with its calendars and all', (when, mistake) => {
  const result = compileRules([{ name: 'r', when, then: 'recover' }], settings)
  expect('mistakes' in result && result.mistakes.join('\n')).toMatch(mistake)
})

test('whatever is known by then, no rule throws, and the answer is always the same', () => {
  const result = compileRules(
    [
      { name: 'a', when: 'alarm.traits[alarm.name].matches(alarm.reason)', then: 'ignore' },
      { name: 'b', when: 'host.zone == alarm.name || calendar.freeze && history.failuresLastDay > 0', then: 'note' },
      { name: 'c', when: 'alarm.definition.description.contains(alarm.reason)', then: 'recover' }
    ],
    settings
  )
  if (!('ok' in result)) throw new Error(result.mistakes.join())
  const seen = { zone: 'az1', aggregates: [], status: '', state: '', forcedDown: false, disabledReason: '' }
  const definition = { name: '', type: '', project: '', description: 'd', enabled: true, repeatActions: true }
  const known = fc.record(
    { seen: fc.constantFrom(seen, 'none' as const), definition: fc.constantFrom(definition, 'none' as const) },
    { requiredKeys: [] }
  )
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 0, max: 4e12 }), known, (name, reason, nowMs, more) => {
      const asked: RuleContext = {
        ...context('alarm', { name, reason, traits: { [name]: reason } }),
        nowMs,
        past: [],
        ...more
      }
      const decision = result.ok.decide(asked)
      expect(['recover', 'note', 'ignore', 'lookUp']).toContain(decision.outcome)
      expect(decision.tried.length).toBeLessThanOrEqual(3)
      expect(result.ok.decide(asked)).toEqual(decision)
    }),
    { numRuns: 300 }
  )
})

test('of many rules that were tried the first, the last and the one that decides are kept, and no sentence is without an end', () => {
  const long = 'x'.repeat(800)
  const misses = Array.from({ length: 119 }, (_, index) => ({
    name: `rule ${index}`,
    when: index % 2 === 0 ? `alarm.name == "${long}"` : `alarm.traits["${long}"] == "x"`,
    then: 'note' as const
  }))
  const rules = compiled(...misses, { name: 'rest', when: 'true', then: 'recover' })
  const decision = rules.decide(context('alarm', { name: 'y'.repeat(2000) }))
  expect(decision).toMatchObject({ outcome: 'recover', rule: 'rest' })
  expect(decision.tried).toHaveLength(50)
  expect(decision.tried.at(-1)).toMatchObject({ rule: 'rest', result: 'matched' })
  expect(decision.tried[24]).toEqual({
    rule: '(71 rules)',
    result: 'failed',
    because: 'they are not listed; none of them matches, and 35 could not be evaluated'
  })
  expect(decision.because).toContain('; 56 more rules could not be evaluated')
  expect(JSON.stringify(decision).length).toBeLessThan(50_000)
  const few = compiled(...misses.slice(0, 49), { name: 'rest', when: 'true', then: 'recover' })
  expect(few.decide(context('alarm', { name: 'y'.repeat(2000) })).tried.map(({ rule }) => rule)).toEqual([
    ...misses.slice(0, 49).map(({ name }) => name),
    'rest'
  ])
})
