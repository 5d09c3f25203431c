import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { expect, test } from '@jest/globals'
import { aodh, expectToMatch, secrets, testApp } from './support.ts'

const payload = { alarm_id: 'a', current: 'alarm' }
const basic = `Basic ${Buffer.from(`u:${secrets.aodh}`).toString('base64')}`

test('refusals are counted one by one and logged together', async () => {
  const { app, clock, metrics, lines } = testApp()
  const refuse = async (times: number) => {
    for (let sent = 0; sent < times; sent += 1) await app.inject({ method: 'POST', url: '/v1/alarms', payload })
  }
  const refusals = () =>
    lines()
      .filter(line => line.msg === 'requests refused')
      .map(({ kind, count }) => ({ kind, count }))
  await refuse(5)
  expect(refusals()).toEqual([{ kind: 'unauthorized', count: 1 }])
  await clock.advance(10_000)
  expect(refusals()).toEqual([
    { kind: 'unauthorized', count: 1 },
    { kind: 'unauthorized', count: 4 }
  ])
  await clock.advance(10_000)
  await refuse(1)
  expect(refusals().at(-1)).toEqual({ kind: 'unauthorized', count: 1 })
  expect(refusals()).toHaveLength(3)
  const counted = await metrics.registry.getSingleMetricAsString('switchover_refused_requests_total')
  expect(counted).toContain('{kind="unauthorized"} 6')
})

test('each kind of refusal is logged for itself, with what was wrong', async () => {
  const { app, lines } = testApp()
  await app.inject({ method: 'POST', url: '/v1/alarms', headers: aodh, payload: { alarm_id: 'a' } })
  await app.inject({ method: 'POST', url: '/v1/alarms', payload })
  await app.inject({ method: 'GET', url: '/v1/typo' })
  const refusals = lines().filter(line => line.msg === 'requests refused')
  expect(refusals.map(line => line.kind)).toEqual(['invalid', 'unauthorized', 'not-found'])
  expect(refusals[0]?.detail).toContain('/current is missing')
})

test('no secret ever reaches the log, whatever the request and its end', async () => {
  const { app, logged } = testApp({
    service: {
      receive: async ({ alarm }) => {
        if (alarm?.id === 'broken') throw new TypeError('broken')
        return { signal: 's', outcome: 'opened' }
      }
    }
  })
  const urls = [
    '/v1/alarms',
    '/v1/alarms/c1',
    '/v1/alarms/%zz',
    '/v1/typo',
    '/health',
    '//v1/alarms',
    `/v1/alarms;token=${secrets.aodh}`
  ]
  for (const url of urls) {
    for (const query of [
      '',
      `?token=${secrets.aodh}`,
      `?%74oken=${secrets.aodh}`,
      `?key=${secrets.aodh}&token=${secrets.aodhNext}`
    ]) {
      for (const authorization of [undefined, `Bearer ${secrets.alice}`, basic]) {
        for (const body of ['{"alarm_id":"broken","current":"alarm"}', '{', '{"alarm_id":"a","current":"alarm"}']) {
          const headers = {
            'content-type': 'application/json',
            ...(authorization === undefined ? {} : { authorization })
          }
          await app.inject({ method: 'POST', url: `${url}${query}`, headers, payload: body })
        }
      }
    }
  }
  expect(logged()).toContain('alarm received')
  expect(logged()).toContain('request failed')
  expect(logged()).not.toContain(';token=')
  for (const secret of [...Object.values(secrets), basic.slice('Basic '.length)]) expect(logged()).not.toContain(secret)
})

test('what is no HTTP request is a problem too, counted and logged like any other', async () => {
  const { app, metrics, lines } = testApp()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const told = async (bytes: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(bytes)
    const text = (await socket.setEncoding('utf8').toArray()).join('')
    const [head = '', body = ''] = text.split('\r\n\r\n')
    return { head, problem: JSON.parse(body) as Record<string, unknown> }
  }
  const garbage = await told('\x16\x03\x01 hello\r\n\r\n')
  expect(garbage.head).toMatch(/^HTTP\/1\.1 400 .*\r\ncontent-type: application\/problem\+json/)
  expectToMatch('problem', garbage.problem)
  expect(garbage.problem).toMatchObject({ status: 400, type: 'urn:switchover:problem:invalid' })
  const long = await told(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)
  expect(long.problem).toMatchObject({ status: 431, type: 'urn:switchover:problem:too-large' })
  await app.close()
  const counted = await metrics.registry.getSingleMetricAsString('switchover_refused_requests_total')
  expect(counted).toContain('{kind="invalid"} 1')
  const reqId = String(garbage.problem.instance).replace('urn:uuid:', '')
  expect(lines()).toContainEqual(expect.objectContaining({ kind: 'invalid', reqId, address: '127.0.0.1' }))
})

test('an expectation that we do not know is a problem too', async () => {
  const { app } = testApp()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /health HTTP/1.1\r\nhost: x\r\nexpect: a miracle\r\n\r\n')
  const text = (await socket.setEncoding('utf8').toArray()).join('')
  await app.close()
  expect(text).toMatch(/^HTTP\/1\.1 417 /)
  const problem = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as Record<string, unknown>
  expectToMatch('problem', problem)
  expect(problem.detail).toContain('100-continue')
})

test.each(['gzip', 'br', 'x'])('a body in the encoding %s is refused before a byte of it is read', async encoding => {
  const { app, received } = testApp()
  const headers = { ...aodh, 'content-type': 'application/json', 'content-encoding': encoding }
  for (const url of ['/v1/alarms', '/v1/alarms/compute-01']) {
    const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(payload) })
    expect(answer.statusCode).toBe(415)
    expect(answer.json()).toMatchObject({ detail: `Send the body as it is, not as ${encoding}.` })
    expect(answer.headers['accept-encoding']).toBe('identity')
  }
  expect(received).toEqual([])
  const plain = { ...headers, 'content-encoding': 'identity' }
  const taken = await app.inject({
    method: 'POST',
    url: '/v1/alarms',
    headers: plain,
    payload: JSON.stringify(payload)
  })
  expect(taken.statusCode).toBe(202)
})
