import { expect, test } from '@jest/globals'
import { type AlarmRow, hostHints } from '../../src/openstack/alarm-host.ts'
import { startCloud } from './small-cloud.ts'

const alarm = {
  alarm_id: 'a1',
  name: 'host-down-elsewhere',
  type: 'event',
  enabled: true,
  state: 'alarm',
  state_timestamp: '2026-11-23T01:00:00.123456',
  project_id: 'p1',
  repeat_actions: false,
  event_rule: {
    event_type: 'compute.host.down',
    query: [{ field: 'traits.host', op: 'eq', type: 'string', value: 'compute-01' }]
  }
}
const uuid = '5f1b0a57-6f53-5a5b-8d3c-0d3c4a1f9a11'

test('a definition names the host of its rule', async () => {
  const { openstack } = await startCloud({ 'GET /alarming/v2/alarms/a1': [200, alarm] })
  expect(await openstack.alarms.definition('a1')).toEqual({
    id: 'a1',
    name: 'host-down-elsewhere',
    type: 'event',
    enabled: true,
    state: 'alarm',
    stateTimestampMs: Date.parse('2026-11-23T01:00:00.123Z'),
    projectId: 'p1',
    description: '',
    repeatActions: false,
    host: 'compute-01'
  })
  expect(await openstack.alarms.definition('unknown')).toBeUndefined()
})

test('alarms that fire are listed over all projects, their age by Aodh’s own clock', async () => {
  const path = 'GET /alarming/v2/alarms'
  const rows = [
    { ...alarm, severity: 'critical', state_reason: 'Event hits the query', alarm_actions: ['http://us'] },
    { ...alarm, alarm_id: 'a2', enabled: false }
  ]
  const { openstack, asked } = await startCloud({ [path]: [200, rows] })
  const [one, ...others] = await openstack.alarms.firing()
  expect(others).toEqual([])
  expect(one).toMatchObject({
    id: 'a1',
    severity: 'critical',
    reason: 'Event hits the query',
    eventType: 'compute.host.down',
    actions: ['http://us'],
    repeatActions: false,
    setAtMs: Date.parse('2026-11-23T01:00:00.123Z')
  })
  expect(one?.setAgeMs).toBeGreaterThan(0)
  expect(asked(path)).toHaveLength(1)
})

test('an alarm last fired at its newest transition to alarm, and never if its history has none', async () => {
  const change = (timestamp: string, detail: string) => ({ type: 'state transition', timestamp, detail })
  const rows = [
    change('2026-11-23T01:00:20.5', '{"state": "ok", "transition_reason": "it is well"}'),
    change('2026-11-23T01:00:10.5', '{"state": "alarm", "transition_reason": "it hit"}'),
    change('2026-11-23T01:00:00.5', '{"state": "alarm", "transition_reason": "it hit"}')
  ]
  const { openstack } = await startCloud({
    'GET /alarming/v2/alarms/a1/history': [200, rows],
    'GET /alarming/v2/alarms/a2/history': [200, []],
    'GET /alarming/v2/alarms/a3/history': [200, [change('2026-11-23T01:00:10', 'not JSON')]]
  })
  const firing = await openstack.alarms.lastFiring('a1')
  expect(firing?.atMs).toBe(Date.parse('2026-11-23T01:00:10.500Z'))
  expect(firing?.ageMs).toBeGreaterThan(0)
  expect(await openstack.alarms.lastFiring('a2')).toBeUndefined()
  expect(await openstack.alarms.lastFiring('a3')).toBeUndefined()
})

test('re-arming sets the state by a JSON text', async () => {
  const { openstack, asked } = await startCloud({ 'PUT /alarming/v2/alarms/a1/state': [200, '"ok"'] })
  await openstack.alarms.rearm('a1')
  expect(asked('PUT /alarming/v2/alarms/a1/state')[0]?.body).toBe('ok')
})

const event = (query: unknown, event_type = 'compute.host.down') => ({
  type: 'event',
  event_rule: { event_type, query }
})
const trait = (field: string, value: string, op = 'eq') => ({ field, op, type: 'string', value })
const promql = (query: string) => ({ type: 'prometheus', prometheus_rule: { query } })
const resources = (query: unknown) => ({
  type: 'gnocchi_aggregation_by_resources_threshold',
  gnocchi_aggregation_by_resources_threshold_rule: { resource_type: 'nova_compute', query: JSON.stringify(query) }
})
const resource = (resource_type: string, resource_id: string) => ({
  type: 'gnocchi_resources_threshold',
  gnocchi_resources_threshold_rule: { resource_type, resource_id }
})

test.each<[string, AlarmRow, string[]]>([
  ['an event rule', event([trait('traits.hostname', 'c1')]), ['c1']],
  ['an event rule for another than one host', event([trait('traits.host', 'c1', 'ne')]), []],
  [
    'an event rule of instances, whose host is the sender',
    event([trait('traits.host', 'c1')], 'compute.instance.*'),
    []
  ],
  ['an event rule that may match instances', event([trait('traits.host', 'c1')], 'compute.*'), []],
  ['a resource of a host', resource('nova_compute', 'c1_c1.example'), ['c1']],
  ['a resource of something else', resource('instance', 'c1_c1'), []],
  ['a resource whose name has blanks of its own', resource('nova_compute', 'a_b_a_b'), ['a_b']],
  ['a query of resources', resources({ and: [{ '=': { host_name: 'c1' } }, { '=': { project: 'p' } }] }), ['c1']],
  [
    'a query of resources with a choice',
    resources({ or: [{ '=': { host_name: 'c1' } }, { '=': { host: 'c2' } }] }),
    []
  ],
  ['a PromQL label', promql('up{job="node", instance="c1:9100"} == 0'), ['c1']],
  ['a PromQL label that is matched loosely', promql('up{instance=~"c1.*", host!="c2"} == 0'), []],
  ['two PromQL labels', promql(`a{host="c1"} or b{host='c2'}`), ['c1', 'c2']],
  ['a PromQL label of another name', promql('up{exported_instance="c1:9100"}'), []],
  ['an unknown type', { type: 'loadbalancer_member_health', loadbalancer_member_health_rule: { pool_id: 'x' } }, []]
])('%s names its host or none', (_what, row, expected) => {
  expect(hostHints(row)).toEqual(expected.map(host => ({ host })))
})

test('a composite alarm has a host when all its rules agree on it', async () => {
  const rule = (resource_id: string) => ({
    type: 'gnocchi_resources_threshold',
    resource_type: 'nova_compute',
    resource_id
  })
  const composite = (a: string, b: string) => ({
    ...alarm,
    type: 'composite',
    composite_rule: { or: [rule(a), { and: [rule(b)] }] }
  })
  const { openstack } = await startCloud({
    'GET /alarming/v2/alarms/same': [200, composite('c1_c1', 'c1_c1')],
    'GET /alarming/v2/alarms/both': [200, composite('c1_c1', 'c2_c2')]
  })
  expect(await openstack.alarms.definition('same')).toMatchObject({ host: 'c1' })
  expect(await openstack.alarms.definition('both')).not.toHaveProperty('host')
})

test('Gnocchi is asked for the host of an id, and one that is no host’s has none', async () => {
  const byMetrics = (metrics: string[]) => ({
    ...alarm,
    type: 'gnocchi_aggregation_by_metrics_threshold',
    gnocchi_aggregation_by_metrics_threshold_rule: { metrics }
  })
  const { openstack } = await startCloud({
    'GET /alarming/v2/alarms/r': [200, { ...alarm, ...resource('nova_compute', uuid) }],
    'GET /alarming/v2/alarms/m': [200, byMetrics(['m1'])],
    'GET /alarming/v2/alarms/mixed': [200, byMetrics(['m1', 'm2'])],
    [`GET /metric/v1/resource/nova_compute/${uuid}`]: [200, { type: 'nova_compute', host_name: 'c1' }],
    'GET /metric/v1/metric/m1': [200, { resource: { type: 'nova_compute', original_resource_id: 'c2_c2' } }],
    'GET /metric/v1/metric/m2': [200, { resource: { type: 'instance', host: 'c2' } }]
  })
  expect(await openstack.alarms.definition('r')).toMatchObject({ host: 'c1' })
  expect(await openstack.alarms.definition('m')).toMatchObject({ host: 'c2' })
  expect(await openstack.alarms.definition('mixed')).not.toHaveProperty('host')
})

test('a check tells what works and what does not, and why', async () => {
  const { openstack } = await startCloud({
    'GET /compute/v2.1/os-services': [200, { services: [{ host: 'c1', state: 'up' }] }],
    'GET /compute/v2.1/servers/detail': [403, { forbidden: { message: 'policy says no' } }],
    'GET /compute/v2.1/os-hypervisors/detail': [200, { hypervisors: [] }],
    'GET /placement/resource_providers': [200, { resource_providers: [] }],
    'GET /alarming/v2/alarms': [200, []]
  })
  const lines = await openstack.check()
  expect(lines.filter(line => !line.ok)).toEqual([
    { name: 'nova servers of all projects', ok: false, detail: expect.stringContaining('policy says no') }
  ])
  expect(lines.find(line => line.name === 'nova microversions')?.detail).toContain('2.1 to 2.96')
})
