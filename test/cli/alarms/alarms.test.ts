import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { applyAlarms, diffAlarms } from '../../../src/cli/alarms/apply.ts'
import { listAlarms } from '../../../src/cli/alarms/list.ts'
import { type TestOptions, testAlarm } from '../../../src/cli/alarms/test.ts'
import { adminProject } from '../../../src/emulator/http/keystone/identity.ts'
import { addAlarm } from '../../../src/emulator/model/alarms.ts'
import { type Emulator, startEmulator } from '../../../src/emulator/start-emulator.ts'
import { type RealService, startService } from '../../emulator/real-service.ts'

let emulator: Emulator
let service: RealService

beforeAll(async () => {
  emulator = await startEmulator({ spec: { hosts: { a: {}, b: {}, spare: { spare: true } } } })
  service = await startService(emulator, { hosts: ['a', 'b'], spares: ['spare'], alarms: { event: {} } })
})

afterAll(async () => {
  await service.stop()
  await emulator.close()
})

/** What a command says in JSON, and its answer. */
async function said<T>(command: (output: { json: true; out: { write(text: string): void } }) => Promise<boolean>) {
  let text = ''
  const ok = await command({
    json: true,
    out: {
      write(more) {
        text += more
      }
    }
  })
  return { ok, answer: JSON.parse(text) as T }
}

/** The answers are as their schemas say. */
function expectToMatch(name: string, answer: unknown): void {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, `../../../schemas/${name}.json`), 'utf8')) as object
  const ajv = new Ajv2020({ allErrors: true })
  expect([ajv.validate(schema, answer), ajv.errors]).toEqual([true, null])
}

interface Alarms {
  readonly changed: boolean
  readonly without: readonly string[]
  readonly failures: readonly string[]
  readonly alarms: readonly { readonly action: string; readonly host: string; readonly ours: boolean }[]
}

const apply = () => said<Alarms>(output => applyAlarms(service.file, service.env, { ...output, yes: true }))
const diff = () => said<Alarms>(output => diffAlarms(service.file, service.env, output))
const list = () => said<Alarms>(output => listAlarms(service.file, service.env, output))
const testOf = (host: string, options: Partial<TestOptions> = {}) =>
  said<{ because: string; removed: boolean; arrivedSeconds?: number; firedSeconds?: number }>(output =>
    testAlarm(host, service.file, service.env, {
      ...{ limitSeconds: 30, signal: new AbortController().signal },
      ...options,
      ...output
    })
  )
const names = () => [...emulator.world.alarms.values()].map(({ name }) => name).toSorted()

/** A monitor: it has the event published by the emulator. */
function publisher(): string {
  const body = JSON.stringify({ words: ['emit', '{host}'] })
  const script = `fetch('${emulator.url}/lab',{method:'POST',headers:{'content-type':'application/json'},body:'${body}'})`
  return `'${process.execPath}' -e "${script.replaceAll('"', '\\"')}"`
}

test('apply makes what is missing, and nothing the second time; others’ alarms are left alone', async () => {
  const rule = { eventType: 'x', query: [] }
  addAlarm(emulator.world, { name: 'of a tenant', rule, projectId: adminProject.id, alarmActions: ['http://them/'] })
  expect(await diff()).toMatchObject({ ok: false, answer: { changed: false } })
  expect(names()).toEqual(['of a tenant'])
  expect(await apply()).toMatchObject({ ok: true, answer: { changed: true, failures: [] } })
  expect(names()).toEqual(['host-down-a', 'host-down-b', 'of a tenant'])
  expect(await apply()).toMatchObject({ ok: true, answer: { changed: false } })
  const nothing = await diff()
  expect(nothing.ok).toBe(true)
  expectToMatch('alarm-changes', nothing.answer)
  const { ok, answer } = await list()
  expectToMatch('alarm-list', answer)
  expect([ok, answer.without, answer.alarms.map(({ host, ours }) => `${host} ${ours}`)]).toEqual([
    true,
    [],
    ['a true', 'b true']
  ])
})

test('what was changed is mended, but for its state and that it is disabled', async () => {
  const alarm = [...emulator.world.alarms.values()].find(({ name }) => name === 'host-down-a')
  if (alarm === undefined) throw new Error('there is no alarm')
  Object.assign(alarm, { name: 'by hand', severity: 'low', enabled: false, state: 'alarm' })
  expect(await list()).toMatchObject({ ok: false, answer: { without: ['a'] } })
  expect(await apply()).toMatchObject({ ok: true, answer: { alarms: [{ action: 'update' }, { action: 'keep' }] } })
  expect(alarm).toMatchObject({ name: 'host-down-a', severity: 'critical', enabled: false, state: 'alarm' })
  Object.assign(alarm, { enabled: true, state: 'ok' })
})

test('a test arrives, is known as one, and leaves nothing behind', async () => {
  const before = names()
  const { ok, answer } = await testOf('a', { publish: publisher() })
  expect({ ok, ...answer }).toMatchObject({ ok: true, removed: true, arrivedSeconds: expect.any(Number) })
  expectToMatch('alarm-test', answer)
  expect(names()).toEqual(before)
  const signals = await service.get<{ items: object[] }>('/v1/signals?host=a')
  expect(signals.items).toMatchObject([{ source: 'test', outcome: 'noted' }])
  expect(await service.get('/v1/recoveries')).toMatchObject({ items: [] })
})

test('a test that does not arrive says how far it came, and leaves nothing behind', async () => {
  const before = names()
  const unheard = await testOf('a', { publish: 'true', limitSeconds: 1 })
  expect(unheard).toMatchObject({ ok: false, answer: { removed: true } })
  expect(unheard.answer.because).toMatch(/^Aodh did not call it alarm within 1 s: it is "insufficient data"/)
  emulator.evaluator.lose = 1
  const lost = await testOf('a', { publish: publisher(), limitSeconds: 3 })
  expect(lost).toMatchObject({ ok: false, answer: { removed: true, firedSeconds: expect.any(Number) } })
  expect(lost.answer.because).toMatch(
    /and nothing came within 3 s: .* POST to http:\S+\/v1\/alarms\/a\?test=true failed$/
  )
  const failed = await testOf('a', { publish: 'exit 3' })
  expect(failed.answer.because).toMatch(/^--publish: /)
  const ended = await testOf('a', { publish: 'true', signal: AbortSignal.timeout(500) })
  expect(ended).toMatchObject({ ok: false, answer: { removed: true } })
  expect(names()).toEqual(before)
})

test('what cannot be tested is refused before anything is made', async () => {
  await expect(testOf('spare', { publish: 'true' })).rejects.toThrow('spare is a host of no segment')
  await expect(testOf('a')).rejects.toThrow('an event alarm fires by an event alone')
})

test('a service that is not there is told before anything is made', async () => {
  const before = names()
  const file = join(mkdtempSync(join(tmpdir(), 'alarms-')), 'switchover.yaml')
  writeFileSync(file, readFileSync(service.file, 'utf8').replaceAll(service.url, 'http://127.0.0.1:1'))
  const options = { limitSeconds: 1, publish: 'true', signal: new AbortController().signal }
  await expect(
    testAlarm('a', file, service.env, { json: true, out: { write: () => undefined }, ...options })
  ).rejects.toThrow(/alarms test:\n {2}http:\/\/127\.0\.0\.1:1 \(alarms\.url\): connection refused/)
  rmSync(dirname(file), { recursive: true })
  expect(names()).toEqual(before)
})
