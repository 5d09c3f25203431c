import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { expect, test } from '@jest/globals'
import { StoreUnavailable } from '../../src/errors.ts'
import { defaultHttpLimits } from '../../src/http/limits.ts'
import { aodh, expectProblem, expectToMatch, fixture, secrets, testApp } from './support.ts'

const headers = { ...aodh, 'content-type': 'application/json' }
const minimal = '{"alarm_id":"a","current":"alarm"}'
const post = (payload: string, url = '/v1/alarms') => ({ method: 'POST' as const, url, headers, payload })

test.each(['event-alarm', 'service-update-alarm', 'threshold-alarm', 'composite-alarm'])(
  'a real %s is written down and answered',
  async name => {
    const { app, received } = testApp()
    const answer = await app.inject(post(fixture(name)))
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ signal: 's-1', outcome: 'opened', recovery: 'r-1' })
    expectToMatch('received', answer.json())
    expect(received).toMatchObject([{ source: 'aodh', actor: 'aodh', body: fixture(name) }])
  }
)

test.each(['opened', 'joined', 'noted', 'ignored', 'received', 'unresolved'] as const)(
  'the outcome %s is a 202 and is counted',
  async outcome => {
    const { app, metrics } = testApp({ service: { receive: async () => ({ signal: 's-9', outcome }) } })
    const answer = await app.inject(post(minimal))
    expect([answer.statusCode, answer.json()]).toEqual([202, { signal: 's-9', outcome }])
    expect(await metrics.registry.getSingleMetricAsString('switchover_signals_total')).toContain(
      `{outcome="${outcome}"} 1`
    )
  }
)

test('the host of the URL is handed on', async () => {
  const { app, received } = testApp()
  await app.inject(post(minimal, '/v1/alarms/compute%2001'))
  expect(received[0]?.host).toBe('compute 01')
})

test('a test says so in its URL, and is kept under the name of its host', async () => {
  const { app, received } = testApp()
  expect((await app.inject(post(minimal, '/v1/alarms/compute-01?test=true&test=false'))).statusCode).toBe(202)
  expect(received).toMatchObject([{ source: 'test', host: 'compute-01', alarm: { id: 'test of compute-01' } }])
  expect(received[0]).not.toHaveProperty('dedupeKey')
})

test('an empty host in the URL is no host, and no reason to lose the alarm', async () => {
  const { app, received } = testApp()
  expect((await app.inject(post(minimal, '/v1/alarms/'))).statusCode).toBe(202)
  expect(received[0]).not.toHaveProperty('host')
})

test("Aodh's own query parameters and fields of later releases are tolerated", async () => {
  const { app } = testApp()
  const body = '{"alarm_id":"a","current":"alarm","alarm_name":null,"severity":3,"new":{"x":[1]}}'
  expect((await app.inject(post(body, '/v1/alarms?aodh-alarm-ssl-verify=0&a=1&a=2'))).statusCode).toBe(202)
})

test.each([
  ['no alarm_id', '{"current":"alarm"}', '/alarm_id'],
  ['no current', '{"alarm_id":"a"}', '/current'],
  ['an empty alarm_id', '{"alarm_id":"","current":"alarm"}', '/alarm_id'],
  ['a number as alarm_id', '{"alarm_id":1,"current":"alarm"}', '/alarm_id'],
  ['an endless alarm_id', `{"alarm_id":"${'a'.repeat(300)}","current":"alarm"}`, '/alarm_id'],
  ['a list', '[]', ''],
  ['null', 'null', '']
])('%s is refused with what is wrong', async (_name, body, pointer) => {
  const { app, received } = testApp()
  const answer = await app.inject(post(body))
  expectProblem(answer, 400, 'invalid')
  expect(answer.json<{ errors: unknown[] }>().errors[0]).toMatchObject({ in: 'body', pointer })
  expect(received).toEqual([])
})

test.each([
  ['broken JSON', '{"alarm_id":'],
  ['nothing', ''],
  ['JSON that nests too deep', `{"a":${'['.repeat(100_000)}`]
])('%s is refused', async (_name, body) => {
  expectProblem(await testApp().app.inject(post(body)), 400, 'not-json')
})

test('a body of more than 256 KiB is refused before it is read', async () => {
  expectProblem(
    await testApp().app.inject(post(`{"alarm_id":"a","current":"alarm","x":"${'x'.repeat(257 * 1024)}"}`)),
    413,
    'too-large'
  )
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])(
  'a body of the type %s is refused',
  async type => {
    const answer = await testApp().app.inject({ ...post(minimal), headers: { ...aodh, 'content-type': type } })
    expectProblem(answer, 415, 'unsupported-media-type')
  }
)

test('__proto__ in a body pollutes nothing and loses no alarm', async () => {
  const { app, received } = testApp()
  const body =
    '{"alarm_id":"a","current":"alarm","__proto__":{"polluted":1},"reason_data":{"constructor":{"prototype":{"polluted":1}}}}'
  expect((await app.inject(post(body))).statusCode).toBe(202)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(received[0]?.body).toBe(body)
})

test('while the store is not usable, 503 says that nothing was kept and when to come again', async () => {
  const receive = async () => {
    throw new StoreUnavailable('disk I/O error on /var/lib/secret-path')
  }
  const answer = await testApp({ service: { receive } }).app.inject(post(minimal))
  expectProblem(answer, 503, 'store-unavailable')
  expect(answer.headers['retry-after']).toBe('5')
  expect(answer.json()).toMatchObject({ detail: 'Nothing was written down. Send it again in a few seconds.' })
  expect(answer.body).not.toContain('secret-path')
})

test('while the disk of the store is full, 503 says that room must be made', async () => {
  const receive = async () => {
    throw new StoreUnavailable('database or disk is full', { isFull: true })
  }
  const answer = await testApp({ service: { receive } }).app.inject(post(minimal))
  expectProblem(answer, 503, 'store-unavailable')
  expect(answer.json()).toMatchObject({
    detail: 'Nothing was written down: the disk of the database is full. Make room on it, then send it again.'
  })
})

test('our own mistake is a 500 that hides our insides and is logged with its instance', async () => {
  const receive = async () => {
    throw new TypeError('undefined is not a spare')
  }
  const { app, lines } = testApp({ service: { receive } })
  const answer = await app.inject(post(minimal))
  expectProblem(answer, 500, 'internal')
  expect(answer.body).not.toContain('spare')
  const reqId = answer.json<{ instance: string }>().instance.replace('urn:uuid:', '')
  expect(lines()).toContainEqual(expect.objectContaining({ level: 50, reqId, msg: 'request failed' }))
})

test('more deliveries at one time than are allowed get 429, and the others are served', async () => {
  const { promise: committed, resolve: commit } = Promise.withResolvers<void>()
  const receive = async () => {
    await committed
    return { signal: 's', outcome: 'joined' as const }
  }
  const limits = { ...defaultHttpLimits, alarmsInFlight: 2 }
  const { app } = testApp({ service: { receive }, deps: { limits } })
  await app.ready()
  // An inject is only sent once it is waited for.
  const served = Promise.all([app.inject(post(minimal)), app.inject(post(minimal))])
  const refused = await app.inject(post(minimal))
  expectProblem(refused, 429, 'too-many-requests')
  expect(refused.headers['retry-after']).toBe('1')
  commit()
  expect((await served).map(answer => answer.statusCode)).toEqual([202, 202])
  expect((await app.inject(post(minimal))).statusCode).toBe(202)
})

test('a client that goes away gives its place back', async () => {
  const limits = { ...defaultHttpLimits, alarmsInFlight: 1 }
  const { app } = testApp({ deps: { limits } })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  const gone = new Promise(resolve =>
    app.server.once('request', (_request, response) => response.once('close', () => resolve(undefined)))
  )
  socket.write(
    `POST /v1/alarms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secrets.aodh}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`
  )
  await once(app.server, 'request')
  socket.destroy()
  await gone
  expect((await app.inject(post(minimal))).statusCode).toBe(202)
  await app.close()
})
