import { expect, test } from '@jest/globals'
import { defaultHttpLimits } from '../../src/http/limits.ts'
import { alice, aodh, auth, expectProblem, secrets, testApp, victor } from './support.ts'

const payload = { alarm_id: 'a', current: 'alarm' }
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

function deliver(app: ReturnType<typeof testApp>['app'], authorization?: string, url = '/v1/alarms') {
  return app.inject({ method: 'POST', url, payload, headers: authorization === undefined ? {} : { authorization } })
}

test.each([
  ['a bearer token', `Bearer ${secrets.aodh}`, ''],
  ['a bearer token in lower case', `bearer ${secrets.aodh}`, ''],
  ['basic auth with any user', basic('whoever', secrets.aodh), ''],
  ['basic auth with no user', basic('', secrets.aodh), ''],
  ["the query's token", undefined, `?token=${secrets.aodh}`],
  ["the query's token beside another header", basic('netrc', 'something else'), `?token=${secrets.aodh}`]
])('%s delivers an alarm', async (_name, authorization, query) => {
  const { app, received } = testApp()
  expect((await deliver(app, authorization, `/v1/alarms/compute-01${query}`)).statusCode).toBe(202)
  expect(received[0]?.actor).toBe('aodh')
})

test('a second token is valid beside the first, and names its actor', async () => {
  const { app, received } = testApp()
  await deliver(app, `Bearer ${secrets.aodhNext}`)
  expect(received[0]?.actor).toBe('aodh-next')
})

test('a token with colons and other characters is taken from basic auth as it is', async () => {
  const tokens = [{ name: 'odd', secret: 'a:b c%ü' }]
  const { app } = testApp({ deps: { auth: { ...auth, alarms: { tokens } } } })
  expect((await deliver(app, basic('u', 'a:b c%ü'))).statusCode).toBe(202)
})

test.each([
  ['nothing', undefined, ''],
  ['a wrong token', 'Bearer nope', ''],
  ['an empty token', 'Bearer ', '?token='],
  ['a part of the token', `Bearer ${secrets.aodh.slice(0, -1)}`, ''],
  ['the token as the user', basic(secrets.aodh, ''), ''],
  ['broken basic auth', 'Basic !!!', ''],
  ['another scheme', `Digest ${secrets.aodh}`, ''],
  ['a list of tokens', undefined, `?token=${secrets.aodh}&token=x`]
])('%s is refused with both ways to do it', async (_name, authorization, query) => {
  const { app, received } = testApp()
  const answer = await deliver(app, authorization, `/v1/alarms${query}`)
  expectProblem(answer, 401, 'unauthorized')
  expect(answer.headers['www-authenticate']).toEqual([
    expect.stringMatching(/^Basic /),
    expect.stringMatching(/^Bearer /)
  ])
  expect(received).toEqual([])
})

test('without any configured token nobody gets in', async () => {
  const { app } = testApp({ deps: { auth: { alarms: { tokens: [] }, operators: { tokens: [] } } } })
  expect((await deliver(app, 'Bearer ')).statusCode).toBe(401)
})

test('a refusal comes before the body is looked at', async () => {
  const { app } = testApp()
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/alarms',
    headers: { 'content-type': 'text/plain' },
    payload: 'x'
  })
  expect(answer.statusCode).toBe(401)
})

test('roles are kept apart', async () => {
  const { app } = testApp()
  expectProblem(await deliver(app, alice.authorization), 403, 'forbidden')
  expectProblem(await app.inject({ url: '/v1/recoveries', headers: aodh }), 403, 'forbidden')
  expect((await app.inject({ url: '/v1/recoveries', headers: victor })).statusCode).toBe(200)
  expect((await app.inject({ url: '/v1/recoveries', headers: alice })).statusCode).toBe(200)
  expect(
    (await app.inject({ url: '/v1/recoveries', headers: { authorization: basic('v', secrets.victor) } })).statusCode
  ).toBe(200)
})

test("a person's token in the query does not count", async () => {
  expectProblem(await testApp().app.inject({ url: `/v1/segments?token=${secrets.alice}` }), 401, 'unauthorized')
})

const body = { reason: 'because', version: 7 }
test.each([
  ['POST', '/v1/recoveries', { host: 'compute-01', reason: 'x' }],
  ['POST', '/v1/recoveries/r-1/approve', body],
  ['POST', '/v1/recoveries/r-1/vouch', body],
  ['POST', '/v1/recoveries/r-1/retry', body],
  ['POST', '/v1/recoveries/r-1/cancel', body],
  ['POST', '/v1/signals/s-1/resolve', { host: 'compute-01' }],
  ['PUT', '/v1/arming', { armed: true, reason: 'x' }]
] as const)('a viewer may not %s %s', async (method, url, what) => {
  const { app } = testApp()
  expectProblem(await app.inject({ method, url, headers: victor, payload: what }), 403, 'forbidden')
  expect((await app.inject({ method, url, headers: alice, payload: what })).statusCode).toBeLessThan(300)
})

test('an address that keeps trying is told to wait, but a valid token behind it still works', async () => {
  const { app, clock } = testApp({ deps: { limits: { ...defaultHttpLimits, refusalsPerMinute: 3 } } })
  for (let tries = 0; tries < 3; tries += 1) expect((await deliver(app, 'Bearer no')).statusCode).toBe(401)
  const refused = await deliver(app, 'Bearer no')
  expectProblem(refused, 429, 'too-many-requests')
  expect(refused.headers['retry-after']).toBe('60')
  expect((await deliver(app, aodh.authorization)).statusCode).toBe(202)
  await clock.advance(60_000)
  expect((await deliver(app, 'Bearer no')).statusCode).toBe(401)
})
