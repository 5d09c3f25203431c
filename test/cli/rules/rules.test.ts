import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { testRules } from '../../../src/cli/rules/test.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { recoveryOf } from '../../core/builders.ts'

const deploy = join(import.meta.dirname, '../../../deploy')
const fixtures = join(import.meta.dirname, '../../http/fixtures')
const minimal = (store: string) => `
store: { url: "file:${store}" }
auth:
  alarms: { tokens: [{ name: aodh, secret: "0123456789abcdef-1" }] }
  operators: { tokens: [{ name: alice, secret: "0123456789abcdef-2", role: operator }] }
segments:
  - { name: rack-a, hosts: { aggregate: a }, spares: { names: [spare-1] }, storage: shared, fencing: [none] }
`
const deadHost = `rules: [{ name: dead host, when: 'alarm.current == "alarm"', then: recover }]`

let folder: string
let written: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rules-'))
  written = ''
})

afterEach(() => rmSync(folder, { recursive: true }))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function run(config: string, files: readonly string[], more: { json?: boolean; since?: string } = {}) {
  const out = { write: (text: string) => (written += text) }
  return await testRules(files, file('switchover.yaml', config), {}, { json: false, ...more, out })
}

const alarm = (current: string) => ({ alarm_id: 'a1', alarm_name: 'host-down', current })

test('the rules that come with it are read, and say what their cases expect', async () => {
  const config = minimal('none.db') + readFileSync(join(deploy, 'rules.example.yaml'), 'utf8')
  const fine = await run(config, [join(deploy, 'rules.test.json')])
  expect(written).toContain('cases, 0 of them wrong')
  expect(written).not.toContain('NOT AS EXPECTED')
  expect(fine).toBe(true)
})

test('a rule that says note by the time is reminded of, and nothing is wrong for it', async () => {
  const rules = `rules:
  - { name: night, when: 'time.hour < 6', then: note }
  - { name: dead host, when: 'alarm.current == "alarm"', then: recover }`
  const files = [file('a.json', { alarm: alarm('alarm'), host: 'compute-01', at: '2026-12-24T12:00:00Z' })]
  expect(await run(minimal('none.db') + rules, files)).toBe(true)
  expect(written).toMatch(/^mind rule "night": it says note by the time, .*approval: required/m)
  written = ''
  expect(await run(minimal('none.db') + rules, files, { json: true })).toBe(true)
  expect(JSON.parse(written)).toMatchObject({ reminders: [expect.stringContaining('"night"')], failed: 0 })
})

test('an alarm as Aodh sends it is decided by the host that its event names, and each rule that was tried is said', async () => {
  const rules = `rules:
  - { name: lab, when: 'host.name.startsWith("lab-")', then: ignore }
  - { name: dead host, when: 'alarm.current == "alarm"', then: recover, approval: required }`
  expect(await run(minimal('none.db') + rules, [join(fixtures, 'event-alarm.json')])).toBe(true)
  expect(written).toContain(
    'of compute-01 (rack-a): recover, approval required (rule "dead host" says recover with approval)'
  )
  expect(written).toContain(
    '"lab" does not match: host.name.startsWith("lab-") is not true (host.name is "compute-01")'
  )
  expect(written).toContain('"dead host" matches')
  expect(written).toMatch(/^1 case, 0 of them wrong$/m)
})

test('what is not as expected, and a file that is no case, make it fail', async () => {
  const unmet = file('unmet.json', {
    alarm: alarm('ok'),
    host: 'c1',
    expect: { outcome: 'recover', rule: 'dead host' }
  })
  expect(await run(minimal('none.db') + deadHost, [unmet])).toBe(false)
  expect(written).toContain('NOT AS EXPECTED: outcome should be "recover", is "note"')
  expect(written).toContain('NOT AS EXPECTED: rule should be "dead host", is ""')
  for (const [content, mistake] of [
    ['{', "can't be read as JSON"],
    [[], 'has no case'],
    [{ alarm: alarm('alarm'), hots: 'c1' }, 'hots: is no field of a case (did you mean "host"?)'],
    [
      { alarm: alarm('alarm'), host: 'c1', definition: { project_id: 'p' } },
      'definition.project_id: is no field of a case (did you mean "project"?)'
    ],
    [
      { alarm: alarm('alarm'), host: 'c1', definition: { owner: 'p' } },
      'definition.owner: is no field of a case (there are name, type, project, description, enabled, repeatActions)'
    ],
    [
      { server: { name: 's', metadta: { HA_Enabled: 'False' } } },
      'server.metadta: is no field of a case (did you mean "metadata"?)'
    ],
    [
      { server: { name: 's', flavor: { extraSpecs: {} } } },
      'server.flavor.extraSpecs: is no field of a case (did you mean "extra_specs"?)'
    ],
    [{ host: 'c1' }, 'must have exactly one of alarm, server'],
    [alarm('alarm'), 'write { "host": "compute-01", "alarm": the body }'],
    [{ alarm: alarm('alarm'), host: 'c1', segment: 'rack-b' }, 'there is no segment rack-b (did you mean "rack-a"?)'],
    [{ alarm: alarm('alarm'), host: 'c1', at: 'tomorrow' }, 'a time must be like']
  ] as const) {
    written = ''
    expect(await run(minimal('none.db') + deadHost, [file('bad.json', content)])).toBe(false)
    expect(written).toContain(mistake)
  }
})

const named = (members: string) =>
  minimal('none.db').replace('hosts: { aggregate: a }', `hosts: { names: [${members}] }`)

test('a host of no segment is unresolved, as the service has it, where the configuration names all hosts', async () => {
  const files = [
    file('none.json', { alarm: alarm('alarm'), host: 'c9', expect: { outcome: 'unresolved', rule: '' } }),
    file('spare.json', { alarm: alarm('alarm'), host: 'spare-1', expect: { outcome: 'recover' } }),
    file('told.json', { alarm: alarm('alarm'), host: 'c9', segment: 'rack-a', expect: { outcome: 'recover' } })
  ]
  expect(await run(named('c1') + deadHost, files)).toBe(true)
  expect(written).toContain('host-down "alarm" of c9: unresolved (c9 belongs to no segment)')
  expect(await run(named('c1') + deadHost, [file('server.json', { server: { name: 's' }, host: 'c9' })])).toBe(false)
  // Who belongs to an aggregate only the cloud knows.
  expect(await run(minimal('none.db') + deadHost, files.slice(1))).toBe(true)
  expect(await run(minimal('none.db') + deadHost, files.slice(0, 1))).toBe(false)
})

test('a time without an offset is that of the configured zone, in summer and in winter, wherever the test runs', async () => {
  const rules = `timezone: Asia/Tokyo
rules: [{ name: r, when: 'time.clock == "22:00" && history.lastAge == duration("1h")', then: recover }]`
  const at = (moment: string, closedAt: string) => ({
    ...{ alarm: alarm('alarm'), host: 'c1', at: moment, expect: { outcome: 'recover' } },
    history: [{ openedAt: '2026-01-01', closedAt, state: 'recovered' }]
  })
  const cases = [
    at('2026-12-24T22:00:00', '2026-12-24T21:00'),
    at('2026-12-24 22:00', '2026-12-24T12:00Z'),
    at('2026-07-24T22:00:00+09:00', '2026-07-24T21:00')
  ]
  expect(await run(minimal('none.db') + rules, [file('cases.json', cases)])).toBe(true)
  const elsewhere = rules.replace('Asia/Tokyo', 'Europe/Berlin')
  expect(await run(minimal('none.db') + elsewhere, [file('c.json', cases)])).toBe(false)
})

test('what a rule sets is shown in the words of the configuration, and can be expected', async () => {
  const rules = `rules:
  - name: gently
    when: 'true'
    then: recover
    method: auto
    approval: required
    confirm: { downSeconds: 60, timeoutSeconds: 600 }
    evacuate: { perSpare: 5, moveTimeoutSeconds: 900, spread: fastest }`
  const told = { alarm: alarm('alarm'), host: 'c1' }
  const met = { method: 'auto', confirm: { downSeconds: 60 }, evacuate: { perSpare: 5, spread: 'fastest' } }
  expect(await run(minimal('none.db') + rules, [file('met.json', { ...told, expect: met })])).toBe(true)
  expect(written).toContain(
    'recover, approval required, method auto, confirm { downSeconds: 60, timeoutSeconds: 600 }, evacuate { spread: fastest, perSpare: 5, moveTimeoutSeconds: 900 }'
  )
  written = ''
  const unmet = { method: '', confirm: { timeoutSeconds: 120 }, evacuate: { attempts: 3 } }
  expect(await run(minimal('none.db') + rules, [file('unmet.json', { ...told, expect: unmet })])).toBe(false)
  expect(written).toContain('method should be "", is "auto"')
  expect(written).toContain('confirm.timeoutSeconds should be 120, is 600')
  expect(written).toContain('evacuate.attempts should be 3, is not set')
})

test('what a rule needs and the case does not tell is asked for, not guessed', async () => {
  const rules = `rules: [{ name: r, when: 'host.zone == "az1"', then: recover }]`
  expect(await run(minimal('none.db') + rules, [file('case.json', { alarm: alarm('alarm'), host: 'c1' })])).toBe(false)
  expect(written).toContain('add it to the case')
  const told = { alarm: alarm('alarm'), host: { name: 'c1', zone: 'az1' }, expect: { outcome: 'recover' } }
  expect(await run(minimal('none.db') + rules, [file('case.json', told)])).toBe(true)
})

test('stored signals are decided again, beside what became of them, while the service has the store', async () => {
  const store = await openStore(`file:${join(folder, 'switchover.db')}`)
  try {
    const recovery = recoveryOf({ host: 'c1' })
    const facts = { id: 'a1', name: 'host-down', current: 'alarm', traits: {} }
    await store.receive(
      { source: 'aodh', actor: 'aodh', host: 'c1', alarm: facts },
      { outcome: 'open', recovery, because: 'it fired' }
    )
    await store.receive({ source: 'poll', actor: 'poll', host: 'c2' }, { outcome: 'noted', because: 'no rule matches' })
    const rules = `rules: [{ name: first time, when: 'alarm.name != "" && history.recoveriesLastDay == 0', then: ignore }]`
    const config = minimal(join(folder, 'switchover.db')) + rules
    expect(await run(config, [], { since: '1d' })).toBe(true)
    expect(written).toMatch(/was opened; now ignore: host-down "alarm" c1 \(rack-a\) \(rule "first time" says ignore\)/)
    expect(written).toMatch(/was noted; now note: Nova calls it down, c2 \(rack-a\) \(no rule matches\)/)
    expect(written).toContain('2 stored signals, 0 of them not known')
    written = ''
    const needy = `rules: [{ name: mine, when: 'host.zone == "a"', then: ignore }]`
    await run(minimal(join(folder, 'switchover.db')) + needy, [], { since: '1d' })
    expect(written).toMatch(
      /was opened; now not known: host-down "alarm" c1 \(rack-a\): rule "mine" needs .*: what it was then is not stored/
    )
    expect(written).toContain('2 stored signals, 2 of them not known')
    written = ''
    written = ''
    await run(config, [], { since: '1d', json: true })
    expect(JSON.parse(written)).toMatchObject({ failed: 0, stored: [{ then: 'opened', outcome: 'ignore' }, {}] })
  } finally {
    await store.close()
  }
})

test('without files and --since there is nothing to do, and a time that is none is refused', async () => {
  await expect(run(minimal('none.db'), [])).rejects.toThrow('name files with alarms')
  await expect(run(minimal('none.db'), [], { since: 'ever' })).rejects.toThrow('--since must be like')
  await expect(run(minimal(join(folder, 'none.db')), [], { since: '1d' })).rejects.toThrow(
    'is not there: start the service first'
  )
})
