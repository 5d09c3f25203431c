import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import type { CloudError } from '../../src/errors.ts'
import { createSkippingClock, environment, login, password, startCloud } from './small-cloud.ts'
import type { Answer } from './with-server.ts'

const services: Answer = [200, { services: [] }]
const hosts = 'GET /compute/v2.1/os-services'
/** Unlike the hosts, each call of these is a request. */
const aggregates = 'GET /compute/v2.1/os-aggregates'
const none: Answer = [200, { aggregates: [] }]
const logins = 'POST /identity/v3/auth/tokens'

test('one login serves many calls that start together', async () => {
  const { openstack, asked } = await startCloud({ [aggregates]: none })
  await Promise.all([openstack.cloud.aggregates(), openstack.cloud.aggregates(), openstack.cloud.aggregates()])
  await openstack.cloud.aggregates()
  expect(asked(logins)).toHaveLength(1)
  expect(asked(aggregates).map(call => call.headers['x-auth-token'])).toEqual(Array(4).fill('token-1'))
})

test('each kind of credential has its own body, and an application credential no scope', async () => {
  const bodies = []
  const base = { OS_USERNAME: '', OS_PASSWORD: '' }
  const application = { OS_APPLICATION_CREDENTIAL_ID: 'ac1', OS_APPLICATION_CREDENTIAL_SECRET: 'ac-secret' }
  for (const env of [{}, { ...base, ...application }, { ...base, OS_TOKEN: 'old' }]) {
    const cloud = await startCloud({ [hosts]: services }, { env })
    await cloud.openstack.cloud.hosts()
    bodies.push(cloud.asked(logins)[0]?.body)
    await cloud.close()
  }
  const project = { project: { name: 'admin', domain: { name: 'Default' } } }
  const user = { name: 'switchover', domain: { name: 'Default' }, password }
  expect(bodies).toEqual([
    { auth: { identity: { methods: ['password'], password: { user } }, scope: project } },
    {
      auth: {
        identity: { methods: ['application_credential'], application_credential: { id: 'ac1', secret: 'ac-secret' } }
      }
    },
    { auth: { identity: { methods: ['token'], token: { id: 'old' } }, scope: project } }
  ])
})

test('a 401 brings one new login for all, and each call is repeated once', async () => {
  const cloud = await startCloud({
    [aggregates]: asked => (asked.headers['x-auth-token'] === 'token-1' ? [401, { error: { code: 401 } }] : none)
  })
  await Promise.all([cloud.openstack.cloud.aggregates(), cloud.openstack.cloud.aggregates()])
  expect(cloud.asked(logins)).toHaveLength(2)
  expect(cloud.asked(aggregates)).toHaveLength(4)
})

test('a service that goes on answering 401 is asked twice, not for ever', async () => {
  const cloud = await startCloud({ [hosts]: [401, { error: { code: 401, message: 'no' } }] })
  await expect(cloud.openstack.cloud.hosts()).rejects.toMatchObject({ code: 'unauthorized' })
  expect(cloud.asked(hosts)).toHaveLength(2)
})

test('a command that got a 401 is sent again with the new token', async () => {
  const action = 'POST /compute/v2.1/servers/s1/action'
  const cloud = await startCloud({ [action]: [[401, {}], [200]] })
  await cloud.openstack.cloud.evacuate('s1', 'spare')
  expect(cloud.asked(action).map(asked => asked.headers['x-auth-token'])).toEqual(['token-1', 'token-2'])
})

test('a token is replaced 120 s before its end, and nobody waits for the new one', async () => {
  const seconds = [200, 3600]
  const clock = createSkippingClock()
  let count = 0
  const cloud = await startCloud(
    {
      [hosts]: services,
      [logins]: () => {
        count += 1
        return login(cloud.server.url, count, ['compute'], seconds[count - 1]!)
      }
    },
    { clock }
  )
  await cloud.openstack.cloud.hosts()
  await clock.sleep(60_000)
  await cloud.openstack.cloud.hosts()
  expect(cloud.asked(logins)).toHaveLength(1)
  await clock.sleep(50_000)
  await cloud.openstack.cloud.hosts()
  while (cloud.asked(logins).length < 2) await new Promise(resolve => setTimeout(resolve, 5))
  await new Promise(resolve => setTimeout(resolve, 50))
  await cloud.openstack.cloud.hosts()
  expect(cloud.asked(hosts).map(asked => asked.headers['x-auth-token'])).toEqual([
    'token-1',
    'token-1',
    'token-1',
    'token-2'
  ])
})

test('a token that still counts is used while Keystone is away', async () => {
  const clock = createSkippingClock()
  const cloud = await startCloud({ [hosts]: services, [logins]: [503, {}] }, { clock })
  await expect(cloud.openstack.cloud.hosts()).rejects.toMatchObject({ code: 'unreachable' })
  await cloud.close()
  let first = true
  const second = await startCloud(
    {
      [hosts]: services,
      [logins]: () => {
        if (!first) return [503, {}]
        first = false
        return login(second.server.url, 1, ['compute'], 300)
      }
    },
    { clock: createSkippingClock() }
  )
  await second.openstack.cloud.hosts()
  await expect(second.openstack.cloud.hosts()).resolves.toMatchObject({ hosts: [] })
})

test('refused credentials are not tried again at once, and no secret is in the error or the log', async () => {
  const echo: Answer = [401, { error: { code: 401, title: 'Unauthorized', message: `bad password ${password}` } }]
  const cloud = await startCloud({ [logins]: echo })
  const failures = []
  for (let tries = 0; tries < 3; tries += 1) {
    failures.push(await cloud.openstack.cloud.hosts().catch((error: CloudError) => error))
  }
  expect(failures[0]).toMatchObject({ code: 'unauthorized' })
  expect((failures[0] as CloudError).message).toContain('Keystone answered 401')
  expect(cloud.asked(logins)).toHaveLength(1)
  const shown = inspect(failures, { depth: 20, showHidden: true }) + JSON.stringify(cloud.logged)
  expect(shown).not.toContain(password)
})

test('no secret is in the error of a call that failed on the way', async () => {
  const cloud = await startCloud({ [hosts]: services })
  await cloud.openstack.cloud.hosts()
  await cloud.server.close()
  const failure = await cloud.openstack.cloud.evacuate('s1', 'spare').catch((error: CloudError) => error)
  const shown = inspect(failure, { depth: 20, showHidden: true })
  expect(shown).not.toContain(password)
  expect(shown).not.toContain('token-1')
  cloud.openstack.close()
})

test('nothing is asked while connecting, so the service starts without a cloud', async () => {
  const cloud = await startCloud({})
  expect(cloud.server.asked).toEqual([])
  expect(cloud.openstack.dependencies().map(each => each.ok)).toEqual([false, false, false, false])
})

test('region, interface and alias choose the endpoint, and an override wins', async () => {
  const env = { ...environment('http://x'), OS_REGION_NAME: 'South' }
  const missing = await startCloud({}, { env: { OS_REGION_NAME: env.OS_REGION_NAME } })
  const failure = missing.openstack.cloud.hosts()
  await expect(failure).rejects.toMatchObject({ code: 'unsupported' })
  await expect(failure).rejects.toThrow(/no public endpoint of type compute in region South; its regions are RegionOne/)
})

test('a login may be given less time, for whoever waits for it', async () => {
  const clock = createSkippingClock()
  const cloud = await startCloud({ [logins]: [503, {}] }, { clock, loginTimeoutMs: 5000 })
  await expect(cloud.openstack.cloud.hosts()).rejects.toMatchObject({ code: 'unreachable' })
  // Nova's own read would go on for longer, but is not begun without a login.
  expect(cloud.asked(hosts)).toEqual([])
  expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5000)
})
