import { expect, test } from '@jest/globals'
import { type Routes, startCloud } from './small-cloud.ts'

const hypervisors: Routes = {
  'GET /compute/v2.1/os-hypervisors/detail': [
    200,
    {
      hypervisors: [
        {
          id: 'rp1',
          hypervisor_hostname: 'c1.example',
          hypervisor_type: 'QEMU',
          host_ip: '10.0.0.1',
          service: { host: 'c1' }
        },
        {
          id: 'rp2',
          hypervisor_hostname: 'c2.example',
          hypervisor_type: 'QEMU',
          host_ip: '10.0.0.2',
          service: { host: 'c2' }
        },
        {
          id: 'n1',
          hypervisor_hostname: 'n1',
          hypervisor_type: 'ironic',
          host_ip: '10.0.0.9',
          service: { host: 'metal' }
        },
        {
          id: 'n2',
          hypervisor_hostname: 'n2',
          hypervisor_type: 'ironic',
          host_ip: '10.0.0.9',
          service: { host: 'metal' }
        }
      ]
    }
  ]
}
const inventory = { total: 10, reserved: 1, allocation_ratio: 1.5, min_unit: 1, max_unit: 10, step_size: 1 }
const of = (provider: string) => `GET /placement/resource_providers/${provider}`

function provider(id: string, traits: string[]): Routes {
  return {
    [`${of(id)}/inventories`]: [200, { inventories: { VCPU: inventory } }],
    [`${of(id)}/usages`]: [200, { usages: { VCPU: 4 } }],
    [`${of(id)}/traits`]: [200, { traits }]
  }
}

test('the room of a host is what its ratio allows less what is used', async () => {
  const cloud = await startCloud({
    ...hypervisors,
    ...provider('rp1', ['HW_CPU_X86_AVX']),
    ...provider('rp2', ['COMPUTE_STATUS_DISABLED'])
  })
  const room = { free: { VCPU: 9 }, maxUnit: { VCPU: 10 } }
  expect(await cloud.openstack.cloud.rooms(['c1', 'c2'])).toEqual([
    { host: 'c1', schedulable: true, traits: ['HW_CPU_X86_AVX'], ...room },
    { host: 'c2', schedulable: false, traits: ['COMPUTE_STATUS_DISABLED'], ...room }
  ])
  const [asked] = cloud.asked(`${of('rp1')}/usages`)
  expect(asked?.headers['openstack-api-version']).toBe('placement 1.36')
})

test('hosts that Nova or Placement do not know, and bare metal, have no room', async () => {
  const { openstack } = await startCloud({ ...hypervisors, ...provider('rp1', []) })
  expect((await openstack.cloud.rooms(['c1', 'c2', 'metal', 'nowhere'])).map(room => room.host)).toEqual(['c1'])
})

test('the rooms of many hosts are read with one call', async () => {
  const hosts = Array.from({ length: 40 }, (_, index) => `c${index}`)
  const disabled = { resources: { MEMORY_MB: { capacity: 12_000, used: 0 } }, traits: ['COMPUTE_STATUS_DISABLED'] }
  const cloud = await startCloud({
    'GET /compute/v2.1/os-hypervisors/detail': [
      200,
      {
        hypervisors: hosts.map(host => ({
          ...{ id: `rp-${host}`, hypervisor_type: 'QEMU', service: { host } },
          ...{ vcpus: 8, memory_mb: 8000, local_gb: 100 }
        }))
      }
    ],
    'GET /placement/allocation_candidates': [
      200,
      {
        allocation_requests: [],
        provider_summaries: {
          'rp-c0': { resources: { VCPU: { capacity: 32, used: 30 }, PCPU: { capacity: 4, used: 0 } }, traits: ['HW'] },
          'rp-c1': disabled
        }
      }
    ]
  })
  const [first, second, full, ...others] = await cloud.openstack.cloud.rooms([...hosts, 'nowhere'])
  expect(first).toEqual({
    ...{ host: 'c0', schedulable: true, free: { VCPU: 2, PCPU: 4 }, traits: ['HW'] },
    // Processors are promised several times, but no server gets more than the machine has.
    maxUnit: { VCPU: 8, PCPU: 4 }
  })
  expect(second).toMatchObject({
    host: 'c1',
    schedulable: false,
    free: { MEMORY_MB: 12_000 },
    maxUnit: { MEMORY_MB: 8000 }
  })
  expect(full).toMatchObject({ host: 'c2', free: {} })
  expect(others).toHaveLength(37)
  expect(cloud.asked('GET /placement/allocation_candidates').map(({ path }) => path.split('?')[1])).toEqual([
    'resources=MEMORY_MB%3A1'
  ])
})

test('a server needs what it holds on the host’s tree, else what its flavor says', async () => {
  const { openstack } = await startCloud({
    ...hypervisors,
    'GET /placement/resource_providers': [200, { resource_providers: [{ uuid: 'rp1' }, { uuid: 'gpu' }] }],
    [`${of('rp1')}/allocations`]: [200, { allocations: { s1: { resources: { VCPU: 2 } }, other: { resources: {} } } }],
    [`${of('gpu')}/allocations`]: [200, { allocations: { s1: { resources: { VGPU: 1 } } } }]
  })
  const server = {
    name: 's',
    projectId: 'p',
    vmState: 'active',
    powerState: 'running',
    locked: false,
    launched: true,
    localDisk: false,
    flavorNeed: { VCPU: 8 },
    extraSpecs: {},
    volumes: [],
    metadata: {}
  } as const
  const needs = await openstack.cloud.needs('c1', [
    { ...server, id: 's1' },
    { ...server, id: 's2' }
  ])
  expect(Object.fromEntries(needs)).toEqual({ s1: { VCPU: 2, VGPU: 1 }, s2: { VCPU: 8 } })
})

test('addresses are those of virtual machines’ hosts, and the hosts of bare metal are told apart', async () => {
  const { openstack, asked } = await startCloud(hypervisors)
  expect(await openstack.cloud.addresses()).toEqual({ c1: '10.0.0.1', c2: '10.0.0.2' })
  expect(await openstack.cloud.bareMetalHosts()).toEqual(['metal'])
  const [list, ...again] = asked('GET /compute/v2.1/os-hypervisors/detail')
  expect(list?.headers['x-openstack-nova-api-version']).toBe('2.87')
  expect(again).toEqual([])
})

test('a failing Placement is an error, not an empty room', async () => {
  const { openstack } = await startCloud({ ...hypervisors, ...provider('rp1', []), [`${of('rp1')}/usages`]: [403, {}] })
  await expect(openstack.cloud.rooms(['c1'])).rejects.toMatchObject({ code: 'forbidden' })
})

test('ports and attachments are told with their hosts', async () => {
  const { openstack } = await startCloud({
    'GET /network/v2.0/ports': [200, { ports: [{ id: 'p1', status: 'ACTIVE', 'binding:host_id': 'c2' }] }],
    'GET /block-storage/v3/p1/attachments': [
      200,
      {
        attachments: [
          { id: 'a1', status: 'attached', volume_id: 'v1', instance: 's1' },
          { id: 'a2', instance: 's2' }
        ]
      }
    ],
    'GET /block-storage/v3/p1/volumes/v1': [
      200,
      { volume: { attachments: [{ attachment_id: 'a1', host_name: 'c2', server_id: 's1' }] } }
    ]
  })
  expect(await openstack.cloud.portsOf('s1')).toEqual([{ id: 'p1', host: 'c2', active: true }])
  expect(await openstack.cloud.attachmentsOf('s1')).toEqual([
    { volume: 'v1', server: 's1', host: 'c2', attached: true }
  ])
})

test('without Neutron and Cinder in the catalog they can’t be checked', async () => {
  const { openstack } = await startCloud({}, { services: ['compute'] })
  expect(await openstack.cloud.portsOf('s1')).toBeUndefined()
  expect(await openstack.cloud.attachmentsOf('s1')).toBeUndefined()
})

test('properties of images are what is no field of their own, and an image that is gone has none', async () => {
  const { openstack } = await startCloud(
    {
      'GET /image/v2/images/i1': [
        200,
        { id: 'i1', name: 'web', min_disk: 0, tags: ['a'], ha_enabled: 'false', hw_x: true }
      ],
      'GET /image/v2/images/gone': [404, {}]
    },
    { services: ['compute', 'image'] }
  )
  const read = await openstack.cloud.imageProperties(['i1', 'gone'])
  expect(Object.fromEntries(read)).toEqual({ i1: { ha_enabled: 'false', hw_x: 'true' } })
})

test('an image that cannot be read is an error: a rule that looks at it must not be decided by an accident', async () => {
  const { openstack } = await startCloud({ 'GET /image/v2/images/i1': [403, {}] }, { services: ['compute', 'image'] })
  await expect(openstack.cloud.imageProperties(['i1'])).rejects.toMatchObject({ code: 'forbidden' })
  const { openstack: without } = await startCloud({}, { services: ['compute'] })
  await expect(without.cloud.imageProperties(['i1'])).rejects.toThrow('the catalog has no image service')
})
