import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { loadConfig } from '../../src/config.ts'
import { env, minimal, parse, secret } from './files.ts'

test('the example is valid', () => {
  const config = loadConfig(join(import.meta.dirname, '../../deploy/switchover.example.yaml'), env)
  expect(config.segments[0]).toEqual({
    name: 'rack-a',
    hosts: { aggregate: 'rack-a' },
    spares: { names: ['compute-19', 'compute-20'] },
    settings: {
      method: 'reserved_host',
      storage: 'shared',
      allowLocalDiskLoss: false,
      confirm: { downMs: 20_000, timeoutMs: 120_000, sourcesMin: 1, computeDown: 'hold', degraded: 'hold' },
      evacuate: { perTarget: 20, moveTimeoutMs: 600_000, attempts: 2, spread: 'fewest', moveUnusual: true }
    },
    alive: [{ kind: 'ssh', port: 22, hosts: {}, timeoutMs: 3000 }],
    novaTimeoutMs: 30_000,
    fencing: [{ agents: ['rack-a-redfish'], timeoutMs: 90_000, retries: 2 }],
    approval: 'none',
    limits: {
      ...{ recoveriesPerHour: 1, hostsDownPercent: 30, quietMs: 600_000 },
      ...{ failuresPerHost: 2, failuresWindowMs: 86_400_000 }
    }
  })
  expect(config.retention).toEqual({ signalsMs: 90 * 86_400_000, recoveriesMs: 2 * 365 * 86_400_000 })
  expect(config.auth.alarms.tokens).toEqual([{ name: 'aodh', secret }])
})

test('the example leaves nothing at another value than its default', () => {
  const example = loadConfig(join(import.meta.dirname, '../../deploy/switchover.example.yaml'), env)
  const { listen, storeUrl, armed, limits, leaseMs, retention, metricsOpen, logLevel, hostEventTypes } = parse(
    minimal()
  )
  expect({ listen, storeUrl, armed, limits, leaseMs, retention, metricsOpen, logLevel, hostEventTypes }).toEqual({
    ...{
      listen: example.listen,
      storeUrl: example.storeUrl,
      armed: example.armed,
      limits: example.limits,
      leaseMs: example.leaseMs
    },
    ...{
      retention: example.retention,
      metricsOpen: example.metricsOpen,
      logLevel: example.logLevel,
      hostEventTypes: example.hostEventTypes
    }
  })
  expect(parse(minimal()).segments[0]?.settings).toEqual(example.segments[0]?.settings)
  expect(parse(minimal()).segments[0]?.limits).toEqual(example.segments[0]?.limits)
  expect(parse(minimal()).guards).toEqual(example.guards)
})

test('the example names every setting there is', () => {
  const example = readFileSync(join(import.meta.dirname, '../../deploy/switchover.example.yaml'), 'utf8')
  const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas/config.json'), 'utf8'))
  const keys = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys((node as { properties?: object }).properties ?? {})) keys.add(key)
    for (const child of Object.values(node)) visit(child)
  }
  visit(schema)
  expect(keys.size).toBeGreaterThan(40)
  expect([...keys].filter(key => !new RegExp(`\\b${key}:(\\s|$)`, 'm').test(example))).toEqual([])
})

test('every setting that people can write has a description, or a name that says all', () => {
  const text = readFileSync(join(import.meta.dirname, '../../schemas/config.json'), 'utf8')
  const schema = JSON.parse(text) as { properties: Record<string, { description?: string; properties?: object }> }
  const undescribed = Object.entries(schema.properties).filter(
    ([, value]) => value.description === undefined && value.properties === undefined
  )
  expect(undescribed).toEqual([])
})
