import { expect, test } from '@jest/globals'
import type { CloudError } from '../../src/errors.ts'
import { createSkippingClock, startCloud } from './small-cloud.ts'
import { type Answer, pemFile } from './with-server.ts'

const hosts = 'GET /compute/v2.1/os-services'
const action = 'POST /compute/v2.1/servers/s1/action'
const good: Answer = [200, { services: [] }]
const cut: Answer = { deed: response => void response.destroy() }

test('a read is repeated after the pause that the service asks for', async () => {
  const clock = createSkippingClock()
  const cloud = await startCloud(
    { [hosts]: [[503, {}, { 'retry-after': '7' }], [429, {}, { 'retry-after': '3' }], good] },
    { clock }
  )
  await cloud.openstack.cloud.hosts()
  expect(clock.slept).toEqual([7000, 3000])
})

test('a read is repeated with growing pauses after errors and cut connections', async () => {
  const clock = createSkippingClock()
  const cloud = await startCloud({ [hosts]: [[500, {}], cut, [502, '<html>bad gateway</html>'], good] }, { clock })
  await cloud.openstack.cloud.hosts()
  expect(cloud.asked(hosts)).toHaveLength(4)
  expect(clock.slept).toHaveLength(3)
  expect(clock.slept[2]!).toBeGreaterThan(clock.slept[0]!)
})

test('a read ends with its deadline, and says what the last answer was', async () => {
  const clock = createSkippingClock()
  const answer: Answer = [503, { serviceUnavailable: { code: 503, message: 'cells are away' } }]
  const cloud = await startCloud({ [hosts]: answer }, { clock })
  const failure = cloud.openstack.cloud.hosts()
  await expect(failure).rejects.toMatchObject({ code: 'unreachable' })
  await expect(failure).rejects.toThrow(/503.*cells are away/)
  expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(30_000)
})

test.each([
  ['a 500', [500, { computeFault: { message: 'db' } }] as Answer],
  ['a 503', [503, {}, { 'retry-after': '1' }] as Answer],
  ['a cut connection', cut]
])('a command is never repeated: after %s its fate is unknown', async (_what, answer) => {
  const cloud = await startCloud({ [action]: answer })
  await expect(cloud.openstack.cloud.evacuate('s1', 'spare')).rejects.toMatchObject({ code: 'unknown' })
  expect(cloud.asked(action)).toHaveLength(1)
})

test('a command that was refused a connection was not sent', async () => {
  const cloud = await startCloud({ [hosts]: good })
  await cloud.openstack.cloud.hosts()
  await cloud.server.close()
  const failure = cloud.openstack.cloud.evacuate('s1', 'spare')
  await expect(failure).rejects.toMatchObject({ code: 'unreachable' })
  await expect(failure).rejects.toThrow('nothing was sent')
  cloud.openstack.close()
})

test('a command that is given up after it was sent has an unknown fate, and its connection is closed', async () => {
  const giveUp = new AbortController()
  let closed: Promise<unknown> = Promise.resolve()
  const cloud = await startCloud({
    [action]: {
      deed: response => {
        closed = new Promise<void>(resolve => void response.once('close', resolve))
        giveUp.abort(new Error('lease lost'))
      }
    }
  })
  await expect(cloud.openstack.cloud.evacuate('s1', 'spare', giveUp.signal)).rejects.toMatchObject({ code: 'unknown' })
  await closed
})

test('nothing is sent when it was given up before', async () => {
  const cloud = await startCloud({ [hosts]: good, [action]: [200] })
  await cloud.openstack.cloud.hosts()
  const failure = cloud.openstack.cloud.evacuate('s1', 'spare', AbortSignal.abort())
  await expect(failure).rejects.toMatchObject({ code: 'unreachable' })
  expect(cloud.asked(action)).toEqual([])
})

test.each([
  [400, { badRequest: { code: 400, message: 'still in use' } }, 'refused', 'still in use'],
  [401, { error: { code: 401, title: 'Unauthorized', message: 'log in' } }, 'unauthorized', 'log in'],
  [403, { forbidden: { code: 403, message: "policy doesn't allow" } }, 'forbidden', 'policy'],
  [404, { itemNotFound: { code: 404, message: 'no such server' } }, 'not-found', 'no such server'],
  [
    406,
    { errors: [{ status: 406, title: 'Not Acceptable', detail: 'version 2.999' }] },
    'unsupported',
    'version 2.999'
  ],
  [409, { conflictingRequest: { code: 409, message: 'vm_state paused' } }, 'conflict', 'vm_state paused'],
  [429, { overLimit: { code: 429, message: 'slow down' } }, 'unreachable', 'slow down'],
  [400, { NeutronError: { type: 'X', message: 'port', detail: '' } }, 'refused', ': port'],
  [400, { error_message: '{"faultcode":"Client","faultstring":"locked","debuginfo":null}' }, 'refused', ': locked'],
  [400, { error_message: { faultcode: 'Client', faultstring: 'alarm', debuginfo: null } }, 'refused', ': alarm'],
  [400, { error_message: 'plain text' }, 'refused', 'plain text'],
  [400, { code: 400, title: 'Bad Request', description: { cause: 'archive policy' } }, 'refused', 'archive policy'],
  [400, '<html><body><h1>Proxy says no</h1></body></html>', 'refused', 'Proxy says no'],
  [302, '', 'refused', '302']
])('answer %i %j of a command is %s', async (status, body, code, text) => {
  const cloud = await startCloud({ [action]: [status, body, { 'x-openstack-request-id': 'req-7' }] })
  const failure = (await cloud.openstack.cloud.evacuate('s1', 'spare').catch((error: unknown) => error)) as CloudError
  expect(failure).toMatchObject({ name: 'CloudError', code, requestId: 'req-7' })
  expect(failure.message).toContain(text)
})

test('something that is no JSON is no answer', async () => {
  const cloud = await startCloud({ [hosts]: [200, '<html>hello</html>'] })
  await expect(cloud.openstack.cloud.hosts()).rejects.toMatchObject({ code: 'unreachable' })
})

test('an answer without its list is not an empty list', async () => {
  const cloud = await startCloud({ [hosts]: [200, {}] })
  await expect(cloud.openstack.cloud.hosts()).rejects.toThrow('without "services"')
})

test('each call is logged with its request id and reported with its time', async () => {
  const cloud = await startCloud({ [hosts]: [200, { services: [] }, { 'x-openstack-request-id': 'req-1' }] })
  await cloud.openstack.cloud.hosts()
  const line = cloud.logged.find(each => String(each.data.path).includes('os-services'))
  expect(line).toMatchObject({
    level: 'debug',
    data: { service: 'nova', method: 'GET', status: '200', requestId: 'req-1' }
  })
  expect(cloud.reports.map(report => [report.service, report.method, report.status])).toEqual([
    ['keystone', 'POST', '201'],
    ['nova', 'GET', '200'],
    ['nova', 'GET', '200']
  ])
  expect(cloud.openstack.dependencies()).toMatchObject([
    { name: 'nova', ok: true },
    { name: 'keystone', ok: true },
    { name: 'placement', ok: false, asked: false, error: 'not asked yet' },
    { name: 'aodh', ok: false }
  ])
})

test('a service that is away is named by its address, in the error and among the dependencies', async () => {
  const cloud = await startCloud({}, { clock: createSkippingClock() })
  const { origin } = new URL(cloud.server.url)
  await cloud.server.close()
  await expect(cloud.openstack.cloud.hosts()).rejects.toThrow(`connection refused at ${origin}`)
  const error = `connection refused at ${origin}`
  expect(cloud.openstack.dependencies()).toContainEqual({ name: 'keystone', ok: false, error })
})

test('a service that answers with an error is named by its address', async () => {
  const cloud = await startCloud({ [hosts]: [503, {}] }, { clock: createSkippingClock() })
  const { origin } = new URL(cloud.server.url)
  await expect(cloud.openstack.cloud.hosts()).rejects.toThrow(`at ${origin}`)
  expect(cloud.openstack.dependencies()[0]).toMatchObject({ name: 'nova', error: `${origin} answered 503` })
})

test('a certificate is checked against cacert, and one that does not fit is explained', async () => {
  const trusted = await startCloud({ [hosts]: good }, { tls: 'server', env: { OS_CACERT: pemFile('ca.pem') } })
  await expect(trusted.openstack.cloud.hosts()).resolves.toBeDefined()
  await trusted.close()
  const doubted = await startCloud({ [hosts]: good }, { tls: 'server' })
  await expect(doubted.openstack.cloud.hosts()).rejects.toThrow(/certificate is not trusted.*set cacert/)
  await doubted.close()
  const careless = await startCloud({ [hosts]: good }, { tls: 'server', env: { OS_INSECURE: 'true' } })
  await expect(careless.openstack.cloud.hosts()).resolves.toBeDefined()
})

test('a client certificate is shown, also by commands', async () => {
  const env = { OS_CACERT: pemFile('ca.pem'), OS_CERT: pemFile('client.pem'), OS_KEY: pemFile('client.key') }
  const cloud = await startCloud({ [action]: [200] }, { tls: 'mutual', env })
  await expect(cloud.openstack.cloud.evacuate('s1', 'spare')).resolves.toEqual({})
})
