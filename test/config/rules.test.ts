import { expect, test } from '@jest/globals'
import { minimal, mistakesOf, parse } from './files.ts'

const rulesOf = (more: object) => mistakesOf({ ...minimal(), ...more })

test('calendars, rules and instance rules are checked, and every mistake is told', () => {
  expect(
    rulesOf({
      calendars: { freeze: [{ from: '2026-12-20', to: '2026-12-01' }], ok: [{ from: '22:00', to: '06:00' }] },
      timezone: 'Europe/Nowhere',
      servers: [{ name: 's', when: 'server.nme == "x"', then: 'leave', priority: 3 }]
    })
  ).toEqual([
    'timezone: there is no such time zone; write one like Europe/Berlin or UTC',
    'calendars.freeze[0]: to is before from',
    'servers[0].priority (s): what is left has none',
    'server rule "s": server has no "nme" (did you mean "name"?)'
  ])
  expect(rulesOf({ calendars: { 'my-freeze': [] } })).toEqual([
    'calendars: a name must be like "freeze" (letters, digits and underscore, at most 63)'
  ])
  expect(rulesOf({ rules: [{ name: 'r', when: 'calendar.freeze', then: 'note' }] })).toEqual([
    'rule "r": calendar has no "freeze"'
  ])
})

test('what a rule sets goes with recover only, and with the times of every segment', () => {
  const rule = { name: 'r', when: 'true', then: 'recover' }
  expect(rulesOf({ rules: [{ ...rule, then: 'note', approval: 'required' }] })).toEqual([
    'rules[0].approval (r): goes with then: recover only'
  ])
  expect(rulesOf({ rules: [{ ...rule, confirm: { downSeconds: 120 } }] })).toEqual([
    'rules[0].confirm (r): timeoutSeconds must be more than downSeconds (120 in segment rack-a)'
  ])
})

test('rules come with what they set, in ms, and the instance rules stand with the settings that are frozen', () => {
  const evacuate = { perSpare: 5, moveTimeoutSeconds: 60, spread: 'fastest' }
  const rule = {
    name: 'r',
    when: 'true',
    then: 'recover',
    approval: 'required',
    confirm: { downSeconds: 60 },
    evacuate
  }
  const servers = [{ name: 's', when: 'server.locked', then: 'move', priority: 1 }]
  const config = parse({ ...minimal(), rules: [rule], servers })
  const context = {
    source: 'aodh',
    host: 'a',
    kind: 'host',
    nowMs: 0,
    alarm: { id: 'a', current: 'alarm', traits: {} },
    segment: { name: 'rack-a', method: 'auto', storage: 'shared', approval: 'none', hosts: 1, spares: 0 }
  } as const
  expect(config.rules.decide(context).overrides).toEqual({
    approval: 'required',
    confirm: { downMs: 60_000 },
    evacuate: { perTarget: 5, moveTimeoutMs: 60_000, spread: 'fastest' }
  })
  expect(config.segments[0]?.settings.servers).toEqual(servers)
})

test('a rule that is no CEL is refused', () => {
  expect(mistakesOf(minimal({ rules: [{ name: 'r', when: 'alarm.nam == "x"', then: 'note' }] }))).toEqual([
    'rule "r": alarm has no "nam" (did you mean "name"?)'
  ])
})
