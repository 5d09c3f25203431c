import { expect, test } from '@jest/globals'
import { defaultHostEventTypes } from '../../src/http/aodh-body.ts'
import { minimal, mistakesOf, parse, secret } from './files.ts'

test('a limit per failure domain is taken over, its figures have defaults, and no wait is one of no time', () => {
  const config = parse({
    ...minimal(),
    limits: { domain: { key: 'rack' } },
    guards: { siteStartMinutes: 10, otherTools: ['my tool'] }
  })
  expect(config.limits.domain).toEqual({ key: 'rack', hostsDown: 1, recoveriesPerHour: 1 })
  expect(config.guards).toEqual({ bmcNetwork: true, siteStartMs: 600_000, otherTools: ['my tool'] })
})

test('the event types are those that the intake knows by itself', () => {
  expect(parse(minimal()).hostEventTypes).toEqual(defaultHostEventTypes)
})

test('what was read cannot be changed', () => {
  const config = parse(minimal()) as unknown as { limits: { movesInFlight: number } }
  expect(() => {
    config.limits.movesInFlight = 1000
  }).toThrow(TypeError)
})

test('a token needs a name and a secret of its own', () => {
  const auth = {
    alarms: { tokens: [{ name: 'aodh', secret }] },
    operators: { tokens: [{ name: 'aodh', secret, role: 'viewer' }] }
  }
  expect(mistakesOf(minimal({ auth }))).toEqual([
    'auth.operators.tokens[0].name: "aodh" is taken already',
    'auth.operators.tokens[0].secret: is that of auth.alarms.tokens[0] too; each needs its own'
  ])
})

test.each([
  [
    'another store',
    { store: { url: 'redis://x' } },
    'store.url: must be like file:switchover.db or mysql://USER:PASSWORD@HOST:PORT/DATABASE or postgres://… (several hosts: HOST:PORT,HOST:PORT)'
  ],
  [
    'a database server without a database',
    { store: { url: 'mysql://ops:secret@db' } },
    'store.url: must be like mysql://USER:PASSWORD@HOST:PORT/DATABASE or postgres://… (several hosts: HOST:PORT,HOST:PORT)'
  ],
  [
    'a lease too short for tokens that end with it',
    { lease: { seconds: 7, enforceByKeystone: true } },
    'lease.seconds: must be at least 8 with enforceByKeystone'
  ]
])('%s is refused', (_what, more, mistake) => {
  expect(mistakesOf(minimal(more))).toEqual([mistake])
})
