import { expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config.ts'
import { minimal, mistakesOf, other, redfish, segment } from './files.ts'

test('all mistakes are told at once, each with its path', () => {
  const mistakes = mistakesOf({
    auth: {
      alarms: { tokens: [{ name: 'aodh', secret: 'short' }] },
      operators: { tokens: [{ name: 'bob', secret: other, role: 'boss' }] }
    },
    listen: { port: 99_999 },
    armed: 'yes',
    segments: [
      segment({ confrim: {}, storage: undefined, hosts: { names: ['a'], zone: 'z' }, evacuate: { perSpare: '8' } })
    ],
    retention: { signals: '3 months' }
  })
  expect(mistakes).toEqual([
    'listen.port: must be <= 65535',
    'auth.alarms.tokens[0].secret: must NOT have fewer than 16 characters',
    'auth.operators.tokens[0].role: must be one of viewer, operator',
    'armed: must be true or false',
    'segments[0].storage (rack-a): is missing (one of shared, local)',
    'segments[0].confrim (rack-a): is no setting (did you mean "confirm"?)',
    'segments[0].hosts (rack-a): must have exactly one of names, aggregate, zone',
    'segments[0].evacuate.perSpare (rack-a): must be a whole number',
    'retention.signals: must be like 12h, 90d, 6w or 2y'
  ])
})

test.each([
  [{ fencing: [{ agent: 'a', timeout: 3 }] }, 'fencing[0].timeout: is no setting (did you mean "timeoutSeconds"?)'],
  [{ fencing: [{ first: ['a'] }] }, 'fencing[0].first: is no setting (there are agent, all, timeoutSeconds, retries)'],
  [{ spares: { names: ['a', 'b', 'a'] } }, 'spares.names: has the same twice (the entries 1 and 3)'],
  [{ fencing: [] }, 'fencing: must have at least one entry']
])('%j is refused with what may stand there', (more, mistake) => {
  expect(mistakesOf(minimal({ segments: [segment(more)] }))).toContain(
    `segments[0].${mistake.replace(': ', ' (rack-a): ')}`
  )
})

test('a setting that is missing is named with the first sentence of its description', () => {
  expect(mistakesOf(minimal({ rules: [{ name: 'r', then: 'note' }] }))).toEqual([
    'rules[0].when (r): is missing (CEL that answers true or false, of alarm, host, segment, source, now, time, calendar and history (docs/rules.md))'
  ])
  expect(mistakesOf(minimal({ segments: [segment({ fencing: undefined })] }))).toEqual([
    'segments[0].fencing (rack-a): is missing (the ladder: names from `fencing`, or steps with more to say, tried in order; the first that proves the host off ends it)'
  ])
})

test('a key that stands there twice is named', () => {
  expect(mistakesOf('listen: { port: 1 }\nfencing: {}\nlisten: {}')).toEqual([
    'line 3: "listen" stands there twice in one group'
  ])
})

test('what is wrong by its form hides nothing of what is wrong otherwise', () => {
  const rule = { name: 'r', when: 'alarm.nme == "x" && calendar.freeze', then: 'note' }
  const more = {
    armd: true,
    log: { level: 'loud' },
    timezone: 'Nowhere',
    calendars: { freeze: [{ from: '2026-12-20', to: '2026-12-01' }] },
    fencing: { bmc: { type: 'redfish', url: 'ftp://x' }, pdu: { type: 'exec', command: ['pdu'] } },
    segments: [segment({ fencing: ['bmc'], evacuate: { perSpare: 'many' } }), segment({ name: 'b', fencing: ['pud'] })],
    rules: [rule, { name: 'no when', then: 'note' }, { name: 'r', when: 'true', then: 'ignore', method: 'auto' }],
    servers: [
      { name: 's', when: 'true = false', then: 'leave', priority: 99 },
      { name: 't', when: 'no', then: 'move' }
    ]
  }
  expect(mistakesOf(minimal(more)).toSorted()).toEqual([
    'armd: is no setting (did you mean "armed"?)',
    'calendars.freeze[0]: to is before from',
    'fencing.bmc.password: is missing',
    'fencing.bmc.url: must be like https://{host}-bmc.example:8443 (no path, no password)',
    'fencing.bmc.user: is missing',
    'fencing.pdu.command[0]: must be the full path of a program',
    'log.level: must be one of trace, debug, info, warn, error',
    'rule "r": alarm has no "nme" (did you mean "name"?)',
    'rules[1].when (no when): is missing (CEL that answers true or false, of alarm, host, segment, source, now, time, calendar and history (docs/rules.md))',
    'rules[2].method (r): goes with then: recover only',
    'rules[2].name (r): "r" is taken already',
    'segments[0].evacuate.perSpare (rack-a): must be a whole number',
    'segments[1].fencing[0] (b): there is no fencing.pud',
    'server rule "t": unknown name "no"',
    'servers[0].priority (s): must be <= 10',
    'timezone: there is no such time zone; write one like Europe/Berlin or UTC'
  ])
})

test.each([
  ['a list', '- a'],
  ['nothing', ''],
  ['no YAML', 'auth: { secret: "open'],
  ['a key twice', 'armed: true\narmed: false'],
  ['an unknown alias', 'armed: *nothing']
])('%s is refused with a sentence', (_what, text) => {
  expect(mistakesOf(text).length).toBeGreaterThan(0)
})

test.each([
  [
    `${'k'.repeat(1100)}: 1`,
    'line 1: The : indicator must be at most 1024 chars after the start of an implicit block mapping key'
  ],
  ['armed: *nothing', 'Unresolved alias (the anchor must be set before the alias)'],
  ['auth:\n\tx: 1', 'line 2: Tabs are not allowed as indentation'],
  ['armed: true\narmed: false', 'line 2: "armed" stands there twice in one group'],
  ['auth: { secret: "open', 'line 1: Missing closing "quote'],
  ['auth: >hunter2\n  x', 'line 1: Block scalar header includes extra characters'],
  ['auth: "\\Uhunter2x"', 'line 1: Invalid escape sequence']
])('what is no YAML is told in whole sentences (%#)', (text, mistake) => {
  expect(mistakesOf(text)).toContain(mistake)
  expect(mistakesOf(text).join()).not.toContain('hunter2')
})

test('no message ever shows a secret', () => {
  const password = 'hunter2-hunter2-hunter2'
  const variations = [
    `auth: ${password}`,
    `auth: { alarms: "${password}`,
    `- ${password}\nauth: 1`,
    `auth:\n  alarms:\n "${password}": *${password}`,
    stringify(
      minimal({ fencing: { bmc: redfish({ password: [password], ca: 7, url: `https://ops:${password}@bmc` }) } })
    ),
    stringify(minimal({ notify: [{ url: password, secret: { password }, on: [password] }] })),
    stringify(minimal({ store: { url: `mysql://root:${password}@db` } })),
    stringify(
      minimal({
        auth: { alarms: { tokens: [{ name: password.repeat(4), secret: 7 }] }, operators: { tokens: password } }
      })
    )
  ]
  for (const text of variations) {
    const mistakes = mistakesOf(text)
    expect(mistakes.length).toBeGreaterThan(0)
    expect(mistakes.join('\n')).not.toContain(password)
  }
})

test('a file that cannot be read is named', () => {
  expect(() => loadConfig('/nonexistent/switchover.yaml', {})).toThrow(/switchover.yaml:\n {2}can't be read: ENOENT/)
})
