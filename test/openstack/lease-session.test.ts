import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { machineTime, systemClock } from '../../src/clock.ts'
import { login, startCloud } from './small-cloud.ts'
import type { Answer } from './with-server.ts'

const services: Answer = [200, { services: [] }]
const hosts = 'GET /compute/v2.1/os-services'
const action = 'POST /compute/v2.1/servers/s1/action'
const logins = 'POST /identity/v3/auth/tokens'
const credentials = '/identity/v3/users/u1/application_credentials'
const made: Answer = [201, { application_credential: { id: 'ac-1' } }]

/** The first login is the service's own; those by a credential give tokens that live for `leaseSeconds`. */
function routes(leaseSeconds = 8, more: Record<string, Answer> = {}) {
  let url = ''
  const types = ['compute']
  return {
    set: (at: string) => {
      url = at
    },
    routes: {
      [hosts]: services,
      [action]: [200] as Answer,
      [`POST ${credentials}`]: made,
      [logins]: (asked: { body: unknown }) => {
        const isLease = JSON.stringify(asked.body).includes('application_credential')
        const [status, body, headers] = login(url, isLease ? 2 : 1, types, isLease ? leaseSeconds : 3600) as [
          number,
          { token: { user: object } },
          Record<string, string>
        ]
        body.token.user = { id: 'u1', name: 'switchover' }
        return [status, body, headers] as Answer
      },
      ...more
    }
  }
}

test('what is sent under a lease goes with a token that ends with it, what is read with our own', async () => {
  const prepared = routes()
  const cloud = await startCloud(prepared.routes)
  prepared.set(cloud.server.url)
  const endMs = Date.now() + 8000
  const leased = cloud.openstack.within(() => endMs - Date.now())
  await leased.hosts()
  await leased.evacuate('s1', 'spare')
  await leased.evacuate('s1', 'spare')
  expect(cloud.asked(hosts).map(({ headers }) => headers['x-auth-token'])).toEqual(['token-1'])
  expect(cloud.asked(action).map(({ headers }) => headers['x-auth-token'])).toEqual(['token-2', 'token-2'])
  const [asked, ...more] = cloud.asked(`POST ${credentials}`)
  expect(more).toEqual([])
  const { application_credential: credential } = (asked?.body ?? {}) as {
    application_credential: { name: string; expires_at: string; unrestricted: boolean; secret: string }
  }
  expect(credential).toMatchObject({ name: expect.stringMatching(/^switchover-lease-/), unrestricted: false })
  const aheadMs = Date.parse(`${credential.expires_at}Z`) - endMs
  // Keystone's Date has whole seconds.
  expect(aheadMs).toBeGreaterThan(-1100)
  expect(aheadMs).toBeLessThanOrEqual(10)
  expect(cloud.asked(logins).at(-1)?.body).toEqual({
    auth: {
      identity: {
        methods: ['application_credential'],
        application_credential: { id: 'ac-1', secret: credential.secret }
      }
    }
  })
})

test('a token whose end is near is replaced, and none is made when the lease itself is about to end', async () => {
  const prepared = routes(0.9)
  const cloud = await startCloud(prepared.routes)
  prepared.set(cloud.server.url)
  let endMs = Date.now() + 8000
  const leased = cloud.openstack.within(() => endMs - Date.now())
  await leased.evacuate('s1', 'spare')
  await leased.evacuate('s1', 'spare')
  expect(cloud.asked(`POST ${credentials}`)).toHaveLength(2)
  endMs = Date.now() + 900
  await expect(leased.evacuate('s1', 'spare')).rejects.toMatchObject({ code: 'unreachable' })
  expect(cloud.asked(action)).toHaveLength(2)
})

test.each([
  ['the database sets our clock back', -300_000, 0, 1],
  ['the database sets our clock forwards', 300_000, 0, 1],
  ['the machine was suspended', 300_000, 300_000, 2],
  ["the machine's clock is set back", 0, -300_000, 2]
])('a credential ends when the lease does, though %s after the login', async (_, clockMs, wallMs, loginsOfOurs) => {
  const prepared = routes()
  const moved = { clockMs: 0, wallMs: 0 }
  const clock = { ...systemClock, now: () => Date.now() + moved.clockMs }
  const machine = { ...machineTime, wall: () => Date.now() + moved.wallMs }
  const cloud = await startCloud(prepared.routes, { clock, machine })
  prepared.set(cloud.server.url)
  const leased = cloud.openstack.within(() => 8000)
  await leased.hosts()
  Object.assign(moved, { clockMs, wallMs })
  await leased.evacuate('s1', 'spare')
  const [asked] = cloud.asked(`POST ${credentials}`)
  const { application_credential: made } = asked!.body as { application_credential: { expires_at: string } }
  // Keystone is this machine, whose clock was not set for it.
  const endsInMs = Date.parse(`${made.expires_at}Z`) - Date.now()
  expect(endsInMs).toBeLessThanOrEqual(8000)
  expect(endsInMs).toBeGreaterThan(-60_000)
  const ours = cloud.asked(logins).filter(({ body }) => !JSON.stringify(body).includes('application_credential'))
  expect(ours).toHaveLength(loginsOfOurs)
})

test('a Keystone that makes no credentials for us is said, and nothing is sent', async () => {
  const refused: Answer = [403, { error: { code: 403, message: 'identity:create_application_credential' } }]
  const prepared = routes(8, { [`POST ${credentials}`]: refused })
  const cloud = await startCloud(prepared.routes)
  prepared.set(cloud.server.url)
  const leased = cloud.openstack.within(() => 8000)
  await expect(leased.evacuate('s1', 'spare')).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('create_application_credential')
  })
  expect(cloud.asked(action)).toEqual([])
})

test('what a Keystone repeats of our credential in a refusal is blotted out', async () => {
  const secrets: string[] = []
  const refuse = (asked: { body: unknown }): Answer => {
    const { application_credential: credential } = asked.body as { application_credential: { secret: string } }
    secrets.push(credential.secret)
    return [400, { error: { code: 400, message: `not long enough: ${credential.secret}` } }]
  }
  const prepared = routes(8)
  const cloud = await startCloud({ ...prepared.routes, [`POST ${credentials}`]: refuse })
  prepared.set(cloud.server.url)
  const leased = cloud.openstack.within(() => 8000)
  const refusal = await leased.evacuate('s1', 'spare').catch((error: unknown) => error)
  expect(secrets).toHaveLength(1)
  expect(String(refusal)).toContain('not long enough')
  expect(String(refusal)).not.toContain(secrets[0])
})

test('a lease that ends before Keystone has made its token is told as that, and nothing was sent', async () => {
  const prepared = routes(8)
  const refuse = (asked: { body: unknown }) =>
    JSON.stringify(asked.body).includes('application_credential')
      ? ([401, { error: { code: 401, message: 'The request you have made requires authentication.' } }] as Answer)
      : prepared.routes[logins](asked)
  const cloud = await startCloud({ ...prepared.routes, [logins]: refuse })
  prepared.set(cloud.server.url)
  const leased = cloud.openstack.within(() => Date.now() + 8000)
  await expect(leased.evacuate('s1', 'spare')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/nothing was sent.*lease\.seconds/)
  })
  expect(cloud.asked(action)).toEqual([])
})

test('of the credentials only ours that ended a day ago are removed: until then a slow move may need its token', async () => {
  const dayMs = 86_400_000
  const at = (ms: number) => new Date(Date.now() + ms).toISOString().replace('Z', '000')
  const rows = [
    { id: 'ended', name: 'switchover-lease-1', expires_at: at(-dayMs - 60_000) },
    { id: 'may-be-needed', name: 'switchover-lease-2', expires_at: at(-dayMs + 60_000) },
    { id: 'in-use', name: 'switchover-lease-3', expires_at: at(5000) },
    { id: 'for-ever', name: 'switchover-lease-4', expires_at: null },
    { id: 'theirs', name: 'terraform', expires_at: at(-dayMs - 60_000) }
  ]
  const prepared = routes(8, {
    [`GET ${credentials}`]: [200, { application_credentials: rows }],
    [`DELETE ${credentials}/ended`]: [404, {}]
  })
  const cloud = await startCloud(prepared.routes)
  prepared.set(cloud.server.url)
  expect(await cloud.openstack.tidyCredentials()).toBe(1)
  expect(cloud.server.asked.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
    `${credentials}/ended`
  ])
})

const byCredential = {
  OS_AUTH_TYPE: 'v3applicationcredential',
  OS_APPLICATION_CREDENTIAL_ID: 'own',
  OS_APPLICATION_CREDENTIAL_SECRET: 'secret-of-the-test',
  OS_USERNAME: '',
  OS_PASSWORD: ''
}

test.each([
  ['a password', {}, [], true, /service tokens.*send_service_user_token/],
  ['an unrestricted credential', byCredential, [{ id: 'own', name: 'a', unrestricted: true }], true, /300 s/],
  ['a restricted one', byCredential, [{ id: 'own', name: 'a', unrestricted: false }], false, /--unrestricted/]
])('the check of a lease with a login by %s', async (_what, env, rows, ok, says) => {
  const prepared = routes(8, { [`GET ${credentials}`]: [200, { application_credentials: rows }] })
  const cloud = await startCloud(prepared.routes, { env })
  prepared.set(cloud.server.url)
  expect(await cloud.openstack.checkLease(300_000)).toEqual({
    name: 'lease by keystone',
    ok,
    detail: expect.stringMatching(says)
  })
  expect(
    cloud.server.asked.filter(({ method, path }) => method !== 'GET' && path !== '/identity/v3/auth/tokens')
  ).toEqual([])
})

test('a Keystone that does not show our credentials fails the check of a lease', async () => {
  const prepared = routes(8, { [`GET ${credentials}`]: [403, { error: { code: 403, message: 'not allowed' } }] })
  const cloud = await startCloud(prepared.routes)
  prepared.set(cloud.server.url)
  expect(await cloud.openstack.checkLease(300_000)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('not allowed')
  })
})

test('a Keystone that is too slow for the lease fails its check, with the lease that it needs', async () => {
  const prepared = routes(8, { [`GET ${credentials}`]: [200, { application_credentials: [] }] })
  const slowly = async (asked: { body: unknown }) => {
    await delay(100)
    return prepared.routes[logins](asked)
  }
  const cloud = await startCloud({ ...prepared.routes, [logins]: slowly })
  prepared.set(cloud.server.url)
  expect(await cloud.openstack.checkLease(3000)).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/a login at Keystone took .* make lease\.seconds \d+ at least/)
  })
})
