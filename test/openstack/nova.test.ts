import { expect, test } from '@jest/globals'
import { startCloud } from './small-cloud.ts'

const date = 'Mon, 23 Nov 2026 01:08:35 GMT'
const servers = 'GET /compute/v2.1/servers/detail'
const service = {
  id: 'svc-1',
  binary: 'nova-compute',
  host: 'compute-01',
  zone: 'nova',
  status: 'disabled',
  state: 'down',
  updated_at: '2026-11-23T01:08:05.000000',
  disabled_reason: 'by hand',
  forced_down: true
}

function row(id: string, fields: Record<string, unknown> = {}) {
  return {
    id,
    name: `vm-${id}`,
    status: 'ACTIVE',
    tenant_id: 'p7',
    locked: true,
    metadata: { role: 'db' },
    'OS-EXT-SRV-ATTR:host': 'compute-01',
    'OS-EXT-STS:vm_state': 'active',
    'OS-EXT-STS:task_state': null,
    'OS-EXT-STS:power_state': 1,
    'OS-SRV-USG:launched_at': '2026-11-23T01:00:00.000000',
    'os-extended-volumes:volumes_attached': [{ id: 'vol-1', delete_on_termination: false }],
    flavor: { vcpus: 2, ram: 512, disk: 10, ephemeral: 1, swap: 1500, extra_specs: {} },
    image: { id: 'img' },
    ...fields
  }
}

test('hosts carry their last report, and the reading Nova’s own time', async () => {
  const unreadable = { binary: 'nova-compute', host: 'far', status: 'UNKNOWN' }
  const scheduler = { ...service, binary: 'nova-scheduler', host: 'ctl', forced_down: false }
  const conductor = { ...service, binary: 'nova-conductor', host: 'ctl', state: 'up', forced_down: false }
  const body = { services: [scheduler, service, unreadable, conductor, { ...conductor, binary: 'nova-novelty' }] }
  const { openstack, asked } = await startCloud({ 'GET /compute/v2.1/os-services': [200, body, { date }] })
  expect(await openstack.cloud.hosts()).toEqual({
    atMs: Date.parse(date),
    hosts: [
      {
        name: 'compute-01',
        serviceId: 'svc-1',
        status: 'disabled',
        state: 'down',
        forcedDown: true,
        disabledReason: 'by hand',
        reportedAtMs: Date.parse(date) - 30_000,
        zone: 'nova'
      },
      { name: 'far', serviceId: '', status: 'unknown', state: 'unknown', forcedDown: false }
    ],
    control: [
      { kind: 'scheduler', host: 'ctl', state: 'down', reportedAtMs: Date.parse(date) - 30_000 },
      { kind: 'conductor', host: 'ctl', state: 'up', reportedAtMs: Date.parse(date) - 30_000 }
    ]
  })
  const [request] = asked('GET /compute/v2.1/os-services')
  expect(request?.path).not.toContain('binary')
  expect(request?.headers).toMatchObject({
    'openstack-api-version': 'compute 2.90',
    'x-openstack-nova-api-version': '2.90'
  })
})

test('aggregates come with their metadata, which tell of failure domains', async () => {
  const rack = { id: 7, name: 'r1', availability_zone: null, hosts: ['compute-01'], metadata: { rack: 'r1' } }
  const { openstack } = await startCloud({
    'GET /compute/v2.1/os-aggregates': [200, { aggregates: [rack, { id: 8, name: 'x' }] }]
  })
  expect(await openstack.cloud.aggregates()).toEqual([
    { id: 7, name: 'r1', hosts: ['compute-01'], metadata: { rack: 'r1' } },
    { id: 8, name: 'x', hosts: [], metadata: {} }
  ])
})

test('a pinned microversion is brought down to what the cloud has, and up to its minimum', async () => {
  const version = { version: '2.104', min_version: '2.70' }
  const cloud = await startCloud({
    'GET /compute/v2.1/': [200, { version }],
    'POST /compute/v2.1/servers/s1/action': [200],
    'GET /compute/v2.1/os-migrations': [200, { migrations: [] }]
  })
  await cloud.openstack.cloud.evacuate('s1', 'spare')
  await cloud.openstack.cloud.migrationsFrom('compute-01')
  const versionOf = (route: string) => cloud.asked(route)[0]?.headers['x-openstack-nova-api-version']
  expect(versionOf('POST /compute/v2.1/servers/s1/action')).toBe('2.70')
  expect(versionOf('GET /compute/v2.1/os-migrations')).toBe('2.80')
  expect(cloud.asked('GET /compute/v2.1/')).toHaveLength(1)
})

test('a Nova below the floor is refused with both versions named', async () => {
  const version = { version: '2.79', min_version: '2.1' }
  const { openstack } = await startCloud({ 'GET /compute/v2.1/': [200, { version }] })
  const failure = openstack.cloud.hosts()
  await expect(failure).rejects.toMatchObject({ code: 'unsupported' })
  await expect(failure).rejects.toThrow(/2\.79, 2\.90 is needed/)
})

test('all pages of a host’s servers are read', async () => {
  const next = { servers_links: [{ rel: 'next', href: 'http://wrong.example/' }] }
  const cloud = await startCloud({
    [servers]: asked => {
      const marker = new URL(asked.path, 'http://x').searchParams.get('marker')
      if (marker === null) return [200, { servers: [row('a'), row('b')], ...next }]
      return marker === 'b' ? [200, { servers: [row('c')] }] : [400, {}]
    }
  })
  expect((await cloud.openstack.cloud.serversOn('compute-01')).map(server => server.id)).toEqual(['a', 'b', 'c'])
  expect(cloud.asked(servers)[0]?.path).toContain('all_tenants=1&host=compute-01&limit=1000')
})

test('a list whose marker was deleted meanwhile is read again from the start', async () => {
  const next = { servers_links: [{ rel: 'next', href: '' }] }
  const cloud = await startCloud({
    [servers]: [
      [200, { servers: [row('a')], ...next }],
      [400, { badRequest: { message: 'marker [a] not found' } }],
      [200, { servers: [row('b')] }]
    ]
  })
  expect((await cloud.openstack.cloud.serversOn('compute-01')).map(server => server.id)).toEqual(['b'])
})

test('a server is told in our words', async () => {
  const { openstack } = await startCloud({ [servers]: [200, { servers: [row('a')] }] })
  expect(await openstack.cloud.serversOn('compute-01')).toEqual([
    {
      id: 'a',
      name: 'vm-a',
      projectId: 'p7',
      host: 'compute-01',
      vmState: 'active',
      powerState: 'running',
      locked: true,
      launched: true,
      localDisk: true,
      flavorNeed: { VCPU: 2, MEMORY_MB: 512, DISK_GB: 13 },
      extraSpecs: {},
      volumes: ['vol-1'],
      metadata: { role: 'db' },
      flavor: { name: '', vcpus: 2, ram: 512, disk: 10 },
      imageId: 'img'
    }
  ])
})

test('what only rules look at is told as well', async () => {
  const flavor = { original_name: 'm1.small', vcpus: 2, ram: 512, disk: 10 }
  const more = { tags: ['batch'], user_id: 'u7', 'OS-EXT-AZ:availability_zone': 'az1', flavor, image: '' }
  const { openstack } = await startCloud({ [servers]: [200, { servers: [row('a', more)] }] })
  const [server] = await openstack.cloud.serversOn('compute-01')
  expect(server).toMatchObject({ tags: ['batch'], userId: 'u7', zone: 'az1', flavor: { name: 'm1.small', ram: 512 } })
  expect(server).not.toHaveProperty('imageId')
})

test('the need of a flavor follows its extra specs, and a volume as root needs no disk', async () => {
  const extra_specs = { 'hw:cpu_policy': 'dedicated', 'resources:MEMORY_MB': '600', 'resources1:VGPU': '1' }
  const flavor = { vcpus: 2, ram: 512, disk: 10, ephemeral: 0, swap: 0, extra_specs }
  const { openstack } = await startCloud({ [servers]: [200, { servers: [row('a', { flavor, image: '' })] }] })
  const [server] = await openstack.cloud.serversOn('compute-01')
  expect(server).toMatchObject({ localDisk: false, flavorNeed: { PCPU: 2, MEMORY_MB: 600, VGPU: 1 } })
  expect(server?.flavorNeed).not.toHaveProperty('DISK_GB')
})

test('a list with a server of another host is refused: Nova ignored the filter', async () => {
  const body = { servers: [row('a'), row('b', { 'OS-EXT-SRV-ATTR:host': 'compute-02' })] }
  const { openstack } = await startCloud({ [servers]: [200, body] })
  const failure = openstack.cloud.serversOn('compute-01')
  await expect(failure).rejects.toMatchObject({ code: 'refused' })
  await expect(failure).rejects.toThrow('one of compute-02')
})

test('a row of a cell that can’t be read is no server', async () => {
  const partial = { id: 'x', status: 'UNKNOWN', tenant_id: 'p', created: '' }
  const { openstack } = await startCloud({
    [servers]: [200, { servers: [partial] }],
    'GET /compute/v2.1/servers/x': [200, { server: partial }]
  })
  await expect(openstack.cloud.serversOn('compute-01')).rejects.toMatchObject({ code: 'unreachable' })
  await expect(openstack.cloud.server('x')).rejects.toMatchObject({ code: 'unreachable' })
})

test('a server that is gone is undefined, and one without a host has none', async () => {
  const shelved = row('a', { 'OS-EXT-SRV-ATTR:host': null, 'OS-EXT-STS:vm_state': 'shelved_offloaded' })
  const { openstack } = await startCloud({ 'GET /compute/v2.1/servers/a': [200, { server: shelved }] })
  expect(await openstack.cloud.server('b')).toBeUndefined()
  expect(await openstack.cloud.server('a')).not.toHaveProperty('host')
})

test('migrations come newest first, and those without a visible source are refused', async () => {
  const one = { migration_type: 'evacuation', instance_uuid: 's', dest_compute: null, updated_at: null, status: 'done' }
  const old = { ...one, id: 1, uuid: 'u1', source_compute: 'compute-01', created_at: '2026-11-23T01:00:00.000000' }
  const young = { ...old, id: 2, uuid: 'u2', created_at: '2026-11-23T01:00:01.500000', dest_compute: 'spare' }
  const hidden = { ...old, source_compute: null }
  const { openstack } = await startCloud({
    'GET /compute/v2.1/os-migrations': [
      [200, { migrations: [old, young] }],
      [200, { migrations: [hidden] }]
    ]
  })
  const found = await openstack.cloud.migrationsFrom('compute-01')
  expect(found.map(each => [each.id, each.dest])).toEqual([
    [2, 'spare'],
    [1, undefined]
  ])
  expect(found[0]?.createdAtMs).toBe(Date.parse('2026-11-23T01:00:01.500Z'))
  await expect(openstack.cloud.migrationsFrom('compute-01')).rejects.toMatchObject({ code: 'refused' })
})

test('groups of all projects are read until a page is empty', async () => {
  const group = { id: 'g1', name: 'g', policy: 'anti-affinity', rules: { max_server_per_host: 2 }, members: ['a'] }
  const { openstack, asked } = await startCloud({
    'GET /compute/v2.1/os-server-groups': [
      [200, { server_groups: [group] }],
      [200, { server_groups: [{ ...group, id: 'g2', policy: 'affinity', rules: {} }] }],
      [200, { server_groups: [] }]
    ]
  })
  expect(await openstack.cloud.groups()).toEqual([
    { id: 'g1', name: 'g', policy: 'anti-affinity', members: ['a'], maxPerHost: 2 },
    { id: 'g2', name: 'g', policy: 'affinity', members: ['a'], maxPerHost: 1 }
  ])
  expect(asked('GET /compute/v2.1/os-server-groups').map(one => one.path.split('offset=')[1])).toEqual(['0', '1', '2'])
})

test('commands have the bodies that Nova wants', async () => {
  const put = 'PUT /compute/v2.1/os-services/svc-1'
  const post = 'POST /compute/v2.1/servers/s1/action'
  const aggregate = 'POST /compute/v2.1/os-aggregates/3/action'
  const requestId = 'req-9'
  const taken = [200, {}, { 'x-openstack-request-id': requestId }] as const
  const { openstack, asked } = await startCloud({ [put]: taken, [post]: taken, [aggregate]: taken })
  const { cloud } = openstack
  expect(await cloud.isolate('svc-1', 'ours')).toEqual({ requestId })
  await cloud.isolate('svc-1', undefined)
  await cloud.enable('svc-1')
  await cloud.disable('svc-1', 'x'.repeat(300))
  await cloud.addToAggregate(3, 'spare')
  await cloud.evacuate('s1', 'spare')
  await cloud.resetToError('s1')
  await cloud.stop('s1')
  expect(asked(put).map(one => one.body)).toEqual([
    { status: 'disabled', disabled_reason: 'ours', forced_down: true },
    { forced_down: true },
    { status: 'enabled' },
    { status: 'disabled', disabled_reason: 'x'.repeat(255) }
  ])
  expect(asked(aggregate).map(one => one.body)).toEqual([{ add_host: { host: 'spare' } }])
  expect(asked(post).map(one => one.body)).toEqual([
    { evacuate: { host: 'spare' } },
    { 'os-resetState': { state: 'error' } },
    { 'os-stop': null }
  ])
  expect(asked(post)[0]?.headers['x-openstack-nova-api-version']).toBe('2.68')
})
