import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { expect } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Clock } from '../../src/clock.ts'
import type { NewSignal } from '../../src/controller/ports/ports.ts'
import type { Service } from '../../src/controller/service/service.ts'
import type { AppDeps } from '../../src/http/app.ts'
import { buildApp } from '../../src/http/app.ts'
import { defaultHttpLimits } from '../../src/http/limits.ts'
import type { HttpMetrics } from '../../src/http/metrics.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { schemas } from '../../src/http/schemas.ts'
import * as samples from './samples.ts'

/** Recognizable, so that a log can be searched for them. */
export const secrets = {
  aodh: 'alarm-secret-1',
  aodhNext: 'alarm-secret-2',
  alice: 'operator-secret',
  victor: 'viewer-secret'
}
export const alice = { authorization: `Bearer ${secrets.alice}` }
export const victor = { authorization: `Bearer ${secrets.victor}` }
export const aodh = { authorization: `Bearer ${secrets.aodh}` }

export const auth: AppDeps['auth'] = {
  alarms: {
    tokens: [
      { name: 'aodh', secret: secrets.aodh },
      { name: 'aodh-next', secret: secrets.aodhNext }
    ]
  },
  operators: {
    tokens: [
      { name: 'alice', secret: secrets.alice, role: 'operator' },
      { name: 'victor', secret: secrets.victor, role: 'viewer' }
    ]
  }
}

export interface TestClock extends Clock {
  /** Wakes the sleepers whose time has come. */
  advance(ms: number): Promise<void>
  /** How many wait. */
  sleepers(): number
}

export function testClock(): TestClock {
  let nowMs = samples.nowMs
  let sleepers: { untilMs: number; wake: () => void }[] = []
  return {
    now: () => nowMs,
    sleepers: () => sleepers.length,
    sleep: (ms, signal) =>
      new Promise(wake => {
        sleepers.push({ untilMs: nowMs + ms, wake })
        signal?.addEventListener('abort', () => wake())
      }),
    async advance(ms) {
      nowMs += ms
      const due = sleepers.filter(sleeper => sleeper.untilMs <= nowMs)
      sleepers = sleepers.filter(sleeper => sleeper.untilMs > nowMs)
      for (const { wake } of due) wake()
      await new Promise(resolve => setImmediate(resolve))
    }
  }
}

export interface TestApp {
  readonly app: FastifyInstance
  readonly clock: TestClock
  readonly metrics: HttpMetrics
  /** What the service was given. */
  readonly received: NewSignal[]
  /** Log lines so far, parsed. */
  readonly lines: () => Record<string, unknown>[]
  /** The whole log as text. */
  readonly logged: () => string
}

export interface Overrides {
  readonly service?: Partial<Service>
  readonly store?: Partial<AppDeps['store']>
  readonly deps?: Partial<AppDeps>
}

export function testApp({ service, store, deps }: Overrides = {}): TestApp {
  const received: NewSignal[] = []
  const chunks: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    }
  })
  const clock = testClock()
  const metrics = createMetrics()
  const receive: Service['receive'] = async signal => {
    received.push(signal)
    return { signal: 's-1', outcome: 'opened', recovery: 'r-1' }
  }
  const app = buildApp({
    service: { ...samples.service, receive, ...service },
    store: { ...samples.store, ...store },
    auth,
    log: pino({ level: 'trace' }, sink),
    metrics,
    limits: defaultHttpLimits,
    clock,
    version: '0.0.0-test',
    metricsOpen: false,
    ...deps
  })
  const logged = () => chunks.join('')
  const lines = () =>
    logged()
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Record<string, unknown>)
  return { app, clock, metrics, received, lines, logged }
}

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')
}

const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true })
addFormats.default(ajv)
for (const schema of schemas) ajv.addSchema(schema)

/** The value is as schemas/NAME.json says, with nothing that it does not name. */
export function expectToMatch(name: string, value: unknown): void {
  const validate = ajv.getSchema(`${name}.json`)
  void validate?.(value)
  expect(validate?.errors ?? []).toEqual([])
}

/** The answer is a complete problem of this status and kind. */
export function expectProblem(
  answer: { statusCode: number; headers: Record<string, unknown>; json(): unknown },
  status: number,
  kind: string
): void {
  const problem = answer.json()
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expectToMatch('problem', problem)
  expect(problem).toMatchObject({ status, type: `urn:switchover:problem:${kind}` })
}
