import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import { createClient, type Limits } from '../../../src/cli/people/client.ts'
import { ServiceError } from '../../../src/cli/people/service-error.ts'
import { secrets } from '../../http/support.ts'
import { type Answer, pemFile, startServer } from '../../openstack/with-server.ts'
import { accessTo, speak } from './speak.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

async function serverOf(answer: Answer, tls?: 'server') {
  const server = await startServer(() => answer, tls)
  undo.push(server.close)
  return server
}

type How = { readonly method?: 'POST'; readonly limits?: Limits; readonly ca?: string }

/** What is said when `url` is asked. */
async function failure(url: string, { method, limits, ca }: How = {}): Promise<ServiceError> {
  const client = createClient({ ...accessTo(url), ...(ca === undefined ? {} : { ca }) }, limits)
  const asked =
    method === undefined ? client.get('arming', '/v1/arming') : client.send(method, 'received', '/v1/recoveries', {})
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown
  )
  if (!(error instanceof ServiceError)) throw new Error('it did not fail', { cause: error })
  expect(error.message).not.toContain(secrets.alice)
  return error
}

const problem = { 'content-type': 'application/problem+json' }

test.each([
  [
    [401, { detail: 'Send a token' }, problem],
    'refused',
    /\(SWITCHOVER_URL\) does not know the token \(SWITCHOVER_TOKEN\)$/
  ],
  [
    [403, { detail: 'This needs the role operator' }, problem],
    'refused',
    /^This needs the role operator \(SWITCHOVER_TOKEN\)$/
  ],
  [
    [404, { detail: 'No such segment: x. GET /v1/segments lists them.' }, problem],
    'refused',
    /^No such segment: x\. switchover status --json lists them\.$/
  ],
  [[404, { detail: 'There is no recovery r-9.' }, problem], 'refused', /^There is no recovery r-9\.$/],
  [[409, { detail: 'Read it again, \u001b[2Jthen decide.' }, problem], 'refused', /^Read it again, \[2Jthen decide\.$/],
  [
    [404, '<h1>nginx</h1>', { 'content-type': 'text/html' }],
    'strange',
    /404, text\/html, by http.*no Switchover, or another path$/
  ],
  [
    [502, '<h1>nginx</h1>', { 'content-type': 'text/html' }],
    'refused',
    /502.*in front of the service does not reach it/
  ],
  [[503, { detail: 'of a proxy' }], 'refused', /503.*in front of the service does not reach it/],
  [
    [302, '', { location: 'https://login.example/' }],
    'strange',
    /sends us elsewhere \(302\): is the service at https:\/\/login\.example\//
  ],
  [
    [200, '<h1>Log in</h1>', { 'content-type': 'text/html' }],
    'strange',
    /is no Switchover, but something between, .* it answered 200, text\/html, in place of JSON$/
  ],
  [
    [200, '<h1>Log in</h1>', { 'content-type': 'text/html\u009b2J' }],
    'strange',
    /it answered 200, text\/html2J, in place of JSON$/
  ],
  [
    [200, { segments: {} }],
    'strange',
    /GET \/v1\/arming was answered with something else than this version knows \(it must have required property 'inForce'\)/
  ]
] as const)('the answer %j is told in words that say what to do', async (answer, code, words) => {
  const { url } = await serverOf(answer)
  const error = await failure(url)
  expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)])
})

test('a newer service may say more than we know', async () => {
  const { url } = await serverOf([200, { segments: {}, inForce: { a: true }, since: 7 }])
  expect(await createClient(accessTo(url)).get('arming', '/v1/arming')).toMatchObject({
    said: { inForce: { a: true } }
  })
})

test('what nobody answers is told apart from a deed of which nobody knows what became', async () => {
  const closed = await serverOf([200])
  await closed.close()
  const refused = await failure(closed.url, { method: 'POST' })
  expect([refused.code, refused.message]).toEqual([
    'unreachable',
    expect.stringMatching(/connection refused: does the service run/)
  ])

  const cut = await serverOf({ deed: response => void response.destroy() })
  expect((await failure(cut.url)).code).toBe('unreachable')
  const unknown = await failure(cut.url, { method: 'POST' })
  expect([unknown.code, unknown.message]).toEqual([
    'unknown',
    expect.stringMatching(/not known whether it was heard: look at it/)
  ])
  expect(cut.asked).toHaveLength(2)

  const silent = await serverOf({ deed: () => undefined })
  const late = await failure(silent.url, { limits: { connectMs: 1000, answerMs: 50, bytesMax: 100 } })
  expect([late.code, late.message]).toEqual([
    'unreachable',
    expect.stringMatching(/^no answer within 0\.05 s from http/)
  ])
})

test('an answer without an end is not read to its end', async () => {
  const { url } = await serverOf([200, { segments: {}, inForce: {}, reason: 'x'.repeat(1_000_000) }])
  const error = await failure(url, { limits: { connectMs: 1000, answerMs: 10_000, bytesMax: 1000 } })
  expect([error.code, error.message]).toEqual(['strange', expect.stringMatching(/is larger than 1000 bytes$/)])
})

test('a certificate that is not trusted, and one that its authority is given for', async () => {
  const { url } = await serverOf([200, { segments: {}, inForce: {} }], 'server')
  const distrusted = await failure(url)
  expect([distrusted.code, distrusted.message]).toEqual([
    'unreachable',
    expect.stringMatching(/is not trusted \(.*--ca FILE, SWITCHOVER_CA\)$/)
  ])
  const ca = readFileSync(pemFile('ca.pem'), 'utf8')
  expect(await createClient({ ...accessTo(url), ca }).get('arming', '/v1/arming')).toMatchObject({
    said: { inForce: {} }
  })
  expect((await failure(url.replace('https', 'http'))).message).not.toBe('')
  const plain = await serverOf([200])
  expect((await failure(plain.url.replace('http', 'https'))).message).toMatch(/does not speak TLS/)
})

test('the real API: a viewer is told that it may not, and the time is the service’s', async () => {
  const { url } = await speak(undo)
  const viewer = createClient(accessTo(url, secrets.victor))
  await expect(viewer.send('PUT', 'arming', '/v1/arming', { armed: true, reason: 'x' })).rejects.toThrow(
    'This needs the role operator; the token "victor" has the role viewer. (SWITCHOVER_TOKEN)'
  )
  const { nowMs } = await viewer.get('health', '/health')
  expect(Math.abs(nowMs - Date.now())).toBeLessThan(3_600_000)
  await expect(createClient(accessTo(url, 'wrong')).get('health', '/health')).rejects.toThrow('does not know the token')
})

test('texts of others are printed without what a terminal would obey, and JSON has them escaped', async () => {
  const reason = 'a\u001b[31mb\u009b2J\u202ec\nd'
  const { url } = await serverOf([200, { segments: {}, inForce: { 'x\u0007': true }, reason }])
  const { said, json } = await createClient(accessTo(url)).get('arming', '/v1/arming')
  expect(said).toEqual({ segments: {}, inForce: { x: true }, reason: 'a[31mb2Jc d' })
  for (const character of '\u001b\u009b\u202e\u0007') expect(json).not.toContain(character)
  expect(JSON.parse(json)).toEqual({ segments: {}, inForce: { 'x\u0007': true }, reason })
})
