import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import schema from '../../schemas/config.json' with { type: 'json' }
import { createReload, madeAtStart, type Reload } from '../../src/cli/reload.ts'
import { systemClock } from '../../src/clock.ts'
import { type Config, loadConfig } from '../../src/config.ts'

let folder: string
let file: string
let said: { level: string; data: object; message: string }[]
let applied: Config[]
let reload: Reload

const text = (more: object = {}) => ({
  auth: {
    alarms: { tokens: [{ name: 'aodh', secret: '0123456789abcdef-1' }] },
    operators: { tokens: [{ name: 'alice', secret: '0123456789abcdef-2', role: 'operator' }] }
  },
  segments: [
    { name: 'rack-a', hosts: { names: ['c1'] }, spares: { names: ['s1'] }, storage: 'shared', fencing: ['none'] }
  ],
  ...more
})

const write = (more?: object) => writeFileSync(file, JSON.stringify(text(more)))
const apply = async (config: Config) => {
  applied.push(config)
  return { armed: [], observing: [] }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reload-'))
  file = join(folder, 'switchover.yaml')
  said = []
  applied = []
  write()
  const say = (level: string) => (data: object, message: string) => void said.push({ level, data, message })
  const log = { info: say('info'), warn: say('warn'), error: say('error') }
  reload = createReload(loadConfig(file, {}), { file, env: {}, log: log as never, clock: systemClock })
})

afterEach(() => rmSync(folder, { recursive: true }))

test('what changed is applied, and it is said when it was loaded', async () => {
  const { loadedAtMs } = reload.state()
  write({ rules: [{ name: 'all', when: 'true', then: 'note' }], limits: { recoveriesPerHour: 7 } })
  await reload.now(apply)
  expect(applied[0]?.limits.recoveriesPerHour).toBe(7)
  expect(reload.state()).toEqual({ loadedAtMs: expect.any(Number), needsRestart: [] })
  expect(reload.state().loadedAtMs).toBeGreaterThanOrEqual(loadedAtMs)
})

test('what changed is named in the log, and which segments are armed by it', async () => {
  const rack = (name: string) => ({ ...text().segments[0], name, armed: true })
  const rules = [{ name: 'all', when: 'true', then: 'note' }]
  write({ segments: [rack('rack-b')], rules })
  await reload.now(async () => ({ armed: ['rack-b'], observing: ['rack-c'] }))
  expect(said).toEqual([
    {
      level: 'info',
      data: { file, changed: ['segments', 'rules'], newSegments: ['rack-b'], goneSegments: ['rack-a'] },
      message: expect.stringContaining('configuration loaded anew')
    },
    {
      level: 'warn',
      data: { segments: ['rack-b'] },
      message: expect.stringMatching(/^armed by the new configuration/)
    },
    { level: 'warn', data: { segments: ['rack-c'] }, message: 'only observing by the new configuration' }
  ])
  said = []
  // Only the text of a rule differs.
  write({ segments: [rack('rack-b')], rules: [{ ...rules[0], when: 'false' }] })
  await reload.now(apply)
  await reload.now(apply)
  expect(said.map(({ data }) => data)).toEqual([
    { file, changed: ['rules'] },
    { file, changed: [] }
  ])
})

test('a file that is wrong changes nothing, and every mistake is said until one is loaded', async () => {
  const { loadedAtMs } = reload.state()
  write({ armed: 'yes', rules: [{ name: 'r', when: 'alarm.nme == "x"', then: 'note' }] })
  await reload.now(apply)
  write({ rules: [{ name: 'r', when: 'alarm.nme == "x"', then: 'note' }], timezone: 'Nowhere' })
  await reload.now(apply)
  expect(applied).toEqual([])
  expect(reload.state()).toEqual({
    loadedAtMs,
    needsRestart: [],
    failed: {
      atMs: expect.any(Number),
      mistakes: [
        'timezone: there is no such time zone; write one like Europe/Berlin or UTC',
        'rule "r": alarm has no "nme" (did you mean "name"?)'
      ]
    }
  })
  expect(said.map(({ level, message }) => [level, message])).toEqual([
    ['error', 'configuration not loaded: the old one stays'],
    ['error', 'configuration not loaded: the old one stays']
  ])
  write()
  await reload.now(apply)
  expect(reload.state()).not.toHaveProperty('failed')
})

test('what is made at the start is named, and counts after a restart', async () => {
  write({ listen: { port: 9999 }, log: { level: 'debug' }, limits: { movesInFlight: 3 } })
  await reload.now(apply)
  expect(reload.state().needsRestart).toEqual(['listen', 'log'])
  expect(applied).toHaveLength(1)
  write({ limits: { movesInFlight: 4 } })
  await reload.now(apply)
  expect(reload.state().needsRestart).toEqual([])
})

test('a segment with a fencing agent that does not run is refused', async () => {
  const fencing = { bmc: { type: 'redfish', url: 'https://{host}-bmc', user: 'u', password: 'p' } }
  write({ fencing, segments: [{ ...text().segments[0], fencing: ['bmc'] }] })
  await reload.now(apply)
  expect(applied).toEqual([])
  expect(reload.state().failed?.mistakes).toEqual([
    'segment rack-a: fencing.bmc is new: restart, for agents are made at the start'
  ])
})

test('while the cloud cannot tell the members of the new segments the old configuration stays', async () => {
  await reload.now(async () => {
    throw new Error('Nova is away')
  })
  expect(reload.state().failed?.mistakes).toEqual(['Nova is away'])
})

test('docs/rules.md says of every section of the file when it counts, and the README which ones wait for a restart', () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
  const namesIn = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '')
  const table = read('docs/rules.md').split('| when it counts | what |')[1]?.split('\n\n')[0] ?? ''
  const restart = table.split('\n').find(row => row.startsWith('| after a restart |')) ?? ''
  expect(namesIn(restart).toSorted()).toEqual(Object.keys(madeAtStart).toSorted())
  expect(namesIn(table)).toEqual(expect.arrayContaining(Object.keys(schema.properties)))
  expect(read('README.md').replaceAll('\n', ' ')).toContain(
    `${Object.keys(madeAtStart)
      .map(name => `\`${name}\``)
      .join(', ')
      .replace(/, (`log`)$/, ' and $1')} count after a restart`
  )
})
