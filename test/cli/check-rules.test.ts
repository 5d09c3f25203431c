import { expect, test } from '@jest/globals'
import { alarmsFor, checkRules, knownRules, type RulesWorld } from '../../src/cli/check-rules.ts'
import type { HostFacts } from '../../src/core/rules/facts.ts'
import { compileRules, type Rule, type Rules } from '../../src/core/rules.ts'
import { segment } from './world.ts'

const nowMs = Date.UTC(2026, 11, 24, 22, 30)
const settings = { zone: 'UTC', calendars: { freeze: [{ from: '2026-12-20', to: '2027-01-04' }] } }

function rulesOf(...rules: Rule[]): Rules {
  const result = compileRules(rules, settings)
  if (!('ok' in result)) throw new Error(result.mistakes.join('\n'))
  return result.ok
}

const rule = (name: string, when: string, then: Rule['then'] = 'recover'): Rule => ({ name, when, then })
const facts = (zone: string): HostFacts => ({
  ...{ zone, aggregates: [], status: 'enabled', state: 'up', forcedDown: false, disabledReason: '' }
})

async function told(rules: Rules, more: Partial<RulesWorld> = {}): Promise<string[]> {
  const directory = {
    segments: () => [segment()],
    seen: (host: string) => facts(host === 'compute-01' ? 'az1' : 'az2')
  }
  const alarmOf = async () => 'none' as const
  const lines = await checkRules({ rules, directory, nowMs, alarmOf, ...more })
  expect(lines.every(({ ok }) => ok)).toBe(true)
  return lines.map(({ name, detail }) => `${name}: ${detail}`)
}

test('without rules nothing need be asked', async () => {
  expect(await told(rulesOf())).toEqual(['rules: there are none: an alarm of a host of a segment means recover'])
})

test('it says which rules there are, and for each host what they would say of an alarm now', async () => {
  const rules = rulesOf(
    rule('lab', 'host.zone == "az2"', 'ignore'),
    { ...rule('freeze', 'calendar.freeze'), overrides: { approval: 'required' } },
    rule('rest', 'true', 'note')
  )
  expect(await told(rules)).toEqual([
    'rules: 3 in this order: "lab" ignore, "freeze" recover, "rest" note; what none matches is noted',
    'rack-a rules: an alarm now, of compute-01: recover (rule "freeze" says recover with approval)',
    'rack-a rules: an alarm now, of compute-02: ignore (rule "lab" says ignore)'
  ])
})

test('a rule that forgets by the time is told, as a warning', async () => {
  const known = knownRules(rulesOf(rule('freeze', 'calendar.freeze', 'note'), rule('rest', 'true')))
  expect(known.map(({ ok, warn }) => [ok, warn])).toEqual([
    [true, undefined],
    [true, true]
  ])
  const [, reminder] = await told(rulesOf(rule('freeze', 'calendar.freeze', 'note'), rule('rest', 'true')))
  expect(reminder).toMatch(/^rules: mind rule "freeze": it says note by the time, .* stays dead after it; recover with/)
  expect(await told(rulesOf(rule('rest', 'time.hour > 3'), rule('lab', 'host.zone == "x"', 'note')))).toHaveLength(2)
})

test('what only a delivery tells, and what could not be read, can not be told, unless a rule decides without', async () => {
  const alarm = { id: 'a', name: 'host-down', current: 'alarm', traits: {} }
  const alarmOf = async () => ({ alarm, definition: 'none' as const })
  const [, line] = await told(rulesOf(rule('loud', 'alarm.name == "host-down" && alarm.severity == "critical"')), {
    alarmOf
  })
  expect(line).toBe(
    `rack-a rules: an alarm now, of each of the 2 hosts: can't be told: rule "loud" needs alarm.severity, which only an alarm that fires tells`
  )
  const [, other] = await told(rulesOf(rule('loud', 'alarm.name == "cpu" && alarm.severity == "critical"')), {
    alarmOf
  })
  expect(other).toContain('note (no rule matches)')
  const [, past] = await told(rulesOf(rule('flaps', 'history.failuresLastWeek > 1')))
  expect(past).toContain(`can't be told: rule "flaps" needs the host's history, which was not read`)
  const [, known] = await told(rulesOf(rule('flaps', 'history.failuresLastWeek > 1'), rule('rest', 'true')), {
    pastOf: async host =>
      host === 'compute-01' ? [1, 2].map(() => ({ openedAtMs: nowMs - 1, closedAtMs: nowMs, state: 'recovered' })) : []
  })
  expect(known).toBe('rack-a rules: an alarm now, of compute-01: recover (rule "flaps" says recover)')
})

test('while Aodh cannot be read no alarm has a name', async () => {
  const directory = { segments: () => [segment()], seen: () => 'none' as const }
  const [, line] = await checkRules({ rules: rulesOf(rule('named', 'alarm.name == "x"')), directory, nowMs })
  expect(line?.detail).toContain('needs alarm.name, which only an alarm that fires tells')
})

test('the alarm of a host is the one in Aodh whose action names it to us', async () => {
  const secret = '0123456789abcdef-1'
  const auth = { alarms: { tokens: [{ name: 'aodh', secret }] }, operators: { tokens: [] } }
  const actions = [`http://x/v1/alarms/compute-01?token=${secret}`]
  const definition = async (id: string) => ({
    ...{ id, name: 'host-down', type: 'event', enabled: true, state: 'ok', projectId: 'p', repeatActions: true }
  })
  const alarmOf = alarmsFor([{ id: 'a-1', actions }], { definition }, { auth })
  expect(await alarmOf('compute-02')).toBe('none')
  expect(await alarmOf('compute-01')).toMatchObject({
    alarm: { id: 'a-1', name: 'host-down', type: 'event', current: 'alarm' },
    definition: { project: 'p' }
  })
})
