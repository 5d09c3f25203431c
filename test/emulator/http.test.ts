import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { labPassword } from '../../src/emulator/http/keystone/identity.ts'
import type { Emulator } from '../../src/emulator/start-emulator.ts'
import { startEmulator } from '../../src/emulator/start-emulator.ts'

let emulator: Emulator
const tokens: Record<string, string> = {}

beforeAll(async () => {
  emulator = await startEmulator({
    spec: { hosts: { 'compute-01': { servers: 5 }, 'compute-02': { servers: 2 } } }
  })
  for (const name of ['admin', 'demo']) {
    const user = { name, password: labPassword, domain: { id: 'default' } }
    const scope = { project: { name, domain: { id: 'default' } } }
    const body = { auth: { identity: { methods: ['password'], password: { user } }, scope } }
    const answer = await ask('POST', '/identity/v3/auth/tokens', { body })
    tokens[name] = answer.headers.get('x-subject-token') ?? ''
  }
})
afterAll(() => emulator.close())

interface Asked {
  readonly as?: string
  readonly version?: string
  readonly body?: unknown
}

async function ask(method: string, path: string, { as, version = '2.90', body }: Asked = {}) {
  const answer = await fetch(path.startsWith('http') ? path : emulator.url + path, {
    method,
    headers: {
      ...{ connection: 'close', 'openstack-api-version': `compute ${version}` },
      ...(as === undefined ? {} : { 'x-auth-token': tokens[as] ?? as })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await answer.text()
  // biome-ignore lint/suspicious/noExplicitAny: each answer has a shape of its own.
  return { code: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as any }
}

test('no service answers without a token', async () => {
  for (const path of [
    '/compute/v2.1/servers',
    '/placement/resource_providers',
    '/network/v2.0/ports',
    '/alarm/v2/alarms'
  ]) {
    for (const as of [undefined, 'no-token']) {
      const { code, body } = await ask('GET', path, as === undefined ? {} : { as })
      expect({ path, code, error: body.error?.code }).toEqual({ path, code: 401, error: 401 })
    }
  }
})

test('a microversion that it does not have, one that is none, and an action of another one', async () => {
  const path = '/compute/v2.1/os-services'
  const tooNew = await ask('GET', path, { as: 'admin', version: '2.999' })
  expect([tooNew.code, tooNew.body.computeFault.message]).toEqual([
    406,
    'Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is 2.96.'
  ])
  const nonsense = await ask('GET', path, { as: 'admin', version: 'two' })
  expect([nonsense.code, nonsense.body.badRequest.code]).toEqual([400, 400])
  const { headers } = await ask('GET', path, { as: 'admin', version: '2.53' })
  expect(headers.get('openstack-api-version')).toBe('compute 2.53')
})

test('pages are followed by their links to the end, and a marker that is gone is refused', async () => {
  const seen: string[] = []
  let path: string | undefined = '/compute/v2.1/servers/detail?all_tenants=1&host=compute-01&limit=2'
  while (path !== undefined) {
    const { body } = await ask('GET', path, { as: 'admin' })
    seen.push(...body.servers.map((server: { id: string }) => server.id))
    path = body.servers_links?.find((link: { rel: string }) => link.rel === 'next')?.href
  }
  expect(new Set(seen).size).toBe(5)
  const lost = await ask('GET', '/compute/v2.1/servers?all_tenants=1&marker=gone', { as: 'admin' })
  expect([lost.code, lost.body.badRequest.message]).toEqual([400, 'marker [gone] not found'])
})

test('a cell that is down hides servers and migrations from lists, and leaves of a server no more than its status', async () => {
  const host = emulator.world.hosts.get('compute-01')!
  const [server] = emulator.world.servers.keys()
  emulator.world.migrations.push({
    ...{ id: 1, server: server!, type: 'evacuation', status: 'done', source: 'compute-01' },
    ...{ createdAtMs: 0, updatedAtMs: 0 }
  })
  const look = async () => {
    const get = async (path: string) => (await ask('GET', `/compute/v2.1/${path}`, { as: 'admin' })).body
    const { servers } = await get('servers/detail?all_tenants=1&host=compute-01')
    const { migrations } = await get('os-migrations?source_compute=compute-01')
    const row = (await get(`servers/${server}`)).server
    return [servers.length, migrations.length, row.status, 'OS-EXT-STS:vm_state' in row]
  }
  host.cellDown = true
  const hidden = await look()
  host.cellDown = false
  const shown = await look()
  emulator.world.migrations.length = 0
  expect([hidden, shown]).toEqual([
    [0, 0, 'UNKNOWN', false],
    [5, 1, 'ACTIVE', true]
  ])
})

test('the control plane is listed as the hosts are, and one that was stopped is down when its report is too old', async () => {
  const { control, timing } = emulator.world
  const look = async () => {
    const { body } = await ask('GET', '/compute/v2.1/os-services', { as: 'admin' })
    const rows: { binary: string; state: string }[] = body.services
    return rows.flatMap(({ binary, state }) => (binary === 'nova-compute' ? [] : [`${binary} ${state}`]))
  }
  expect(await look()).toEqual(['nova-scheduler up', 'nova-conductor up'])
  control.conductor.stoppedAtMs = emulator.world.clock.now() - timing.serviceDownMs - 1
  expect(await look()).toEqual(['nova-scheduler up', 'nova-conductor down'])
  control.conductor.stoppedAtMs = undefined
})

test('metadata of an aggregate are set, and taken away by null', async () => {
  const made = await ask('POST', '/compute/v2.1/os-aggregates', { as: 'admin', body: { aggregate: { name: 'r1' } } })
  const path = `/compute/v2.1/os-aggregates/${made.body.aggregate.id}/action`
  const set = async (metadata: object) =>
    (await ask('POST', path, { as: 'admin', body: { set_metadata: { metadata } } })).body.aggregate.metadata
  expect(await set({ rack: 'r1', pdu: 'p1' })).toEqual({ rack: 'r1', pdu: 'p1' })
  expect(await set({ pdu: null })).toEqual({ rack: 'r1' })
  expect((await ask('GET', '/compute/v2.1/os-aggregates', { as: 'admin' })).body.aggregates.at(-1).metadata).toEqual({
    rack: 'r1'
  })
})

test('who is no admin sees no hosts, no servers of others, and may not act on them', async () => {
  const [id] = emulator.world.servers.keys()
  expect((await ask('GET', '/compute/v2.1/os-services', { as: 'demo' })).code).toBe(403)
  expect(
    (await ask('GET', '/compute/v2.1/servers/detail?all_tenants=1&host=compute-01', { as: 'demo' })).body.servers
  ).toEqual([])
  const evacuate = await ask('POST', `/compute/v2.1/servers/${id}/action`, { as: 'demo', body: { evacuate: {} } })
  expect([evacuate.code, evacuate.body.itemNotFound.message]).toEqual([404, `Instance ${id} could not be found.`])
})

test('what evacuate may hold depends on the microversion', async () => {
  const [id] = emulator.world.servers.keys()
  const send = async (version: string, evacuate: object) => {
    const { code, body } = await ask('POST', `/compute/v2.1/servers/${id}/action`, {
      as: 'admin',
      version,
      body: { evacuate }
    })
    return `${code} ${Object.values<{ message: string }>(body)[0]!.message}`
  }
  const inUse = '400 Compute service of compute-01 is still in use.'
  const target = { host: 'compute-02' }
  expect(await send('2.68', target)).toBe(inUse)
  expect(await send('2.67', { ...target, force: true })).toBe(inUse)
  expect(await send('2.68', { ...target, force: true })).toBe(
    "400 Invalid input for field/attribute evacuate. Value: {'host': 'compute-02', 'force': True}. Additional properties are not allowed ('force' was unexpected)"
  )
  expect(await send('2.1', target)).toContain("'onSharedStorage' is a required property")
  expect(await send('2.1', { ...target, onSharedStorage: true })).toBe(inUse)
})

test('the BMC of a host answers at an address of its own, and no longer when it is unreachable', async () => {
  const { url, user, password, uuid } = emulator.bmc('compute-02')
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const look = () => fetch(`${url}/redfish/v1/Systems/1`, { headers: { authorization, connection: 'close' } })
  expect(await (await look()).json()).toMatchObject({ UUID: uuid, PowerState: 'On' })
  expect((await fetch(`${url}/redfish/v1/Systems/1`, { headers: { connection: 'close' } })).status).toBe(401)
  await ask('POST', '/lab', { body: { words: ['bmc', 'behave', 'compute-02', '--lies-off'] } })
  expect(await (await look()).json()).toMatchObject({ PowerState: 'Off' })
  const { body } = await ask('POST', '/lab', { body: { words: ['bmc', 'list'] } })
  expect(body.stdout).toMatch(/^compute-02 .* Off \(really On\)$/m)
})

test('a word that the lab does not know is refused', async () => {
  const { code, body } = await ask('POST', '/lab', { body: { words: ['host', 'paint', 'compute-01'] } })
  expect({ code, ...body }).toEqual({ code: 200, status: 1, stdout: '', stderr: 'lab: a host knows no paint\n' })
})
