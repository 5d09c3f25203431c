import { expect, test } from '@jest/globals'
import { alwaysTrue } from '../../src/core/alarm-template.ts'
import { hostHints } from '../../src/openstack/alarm-host.ts'
import { alarmBody, testBody } from '../../src/openstack/alarms/body.ts'
import { differencesOf } from '../../src/openstack/alarms/differences.ts'
import { startCloud } from './small-cloud.ts'

const shared = { name: 'down-{host}', severity: 'critical', repeatActions: true }
const condition = { operator: 'lt', threshold: 1 }
const gnocchi = {
  ...{ metric: 'host.alive', resourceType: 'nova_compute', aggregation: 'mean', granularitySeconds: 60, periods: 2 },
  ...condition
}
const event = { ...shared, event: { type: 'compute.host.down', trait: 'host' } }
const byQuery = { ...shared, gnocchi: { ...gnocchi, query: '{"=": {"host_name": "{host}"}}' } }
const prometheus = { ...shared, prometheus: { ...condition, query: 'up{instance="{host}:9100"}' } }
const action = 'http://aodh:secret@us/v1/alarms/c1'

test.each([
  ['event', event],
  ['gnocchi_aggregation_by_resources_threshold', byQuery],
  ['prometheus', prometheus]
])('an alarm of type %s watches the host that its rule names', (type, template) => {
  const body = alarmBody(template, 'c1', action)
  expect(body).toMatchObject({
    name: 'down-c1',
    type,
    severity: 'critical',
    repeat_actions: true,
    alarm_actions: [action]
  })
  // It tells when it is well again, if it can be, and if Aodh would not repeat that for every host that is well.
  expect(body.ok_actions).toEqual([])
  const once = alarmBody({ ...template, repeatActions: false }, 'c1', action)
  expect(once.ok_actions).toEqual(type === 'event' ? [] : [action])
  expect(hostHints(body)).toEqual([{ host: 'c1' }])
})

test('a rule is what Aodh calls it', () => {
  expect(alarmBody(byQuery, 'c1', action).gnocchi_aggregation_by_resources_threshold_rule).toEqual({
    metric: 'host.alive',
    resource_type: 'nova_compute',
    query: '{"=": {"host_name": "c1"}}',
    aggregation_method: 'mean',
    granularity: 60,
    comparison_operator: 'lt',
    threshold: 1,
    evaluation_periods: 2
  })
  expect(alarmBody(prometheus, 'c1', action).prometheus_rule).toEqual({
    query: 'up{instance="c1:9100"}',
    comparison_operator: 'lt',
    threshold: 1
  })
})

test('a test takes the same metric as true, is told once, and its events are about no host', () => {
  const how = { host: 'c1', eventHost: 'nobody', action, name: 'switchover-test-c1-0' }
  const once = { name: how.name, severity: 'low', repeat_actions: false, ok_actions: [], alarm_actions: [action] }
  expect(testBody(alwaysTrue(byQuery), how)).toMatchObject({
    ...once,
    gnocchi_aggregation_by_resources_threshold_rule: {
      metric: 'host.alive',
      comparison_operator: 'ge',
      evaluation_periods: 1
    }
  })
  expect(testBody(alwaysTrue(prometheus), how)).toMatchObject({
    prometheus_rule: { query: 'up{instance="c1:9100"}', comparison_operator: 'ge' }
  })
  expect(hostHints(testBody(alwaysTrue(event), how))).toEqual([{ host: 'nobody' }])
})

test('an alarm is the same in Aodh’s own spelling', () => {
  const body = alarmBody(byQuery, 'c1', action)
  const rule = {
    ...(body.gnocchi_aggregation_by_resources_threshold_rule as object),
    threshold: '1.0',
    query: '{ "=" : {"host_name":"c1"} }',
    more: 'of its own'
  }
  const row = {
    ...body,
    ...{ alarm_id: 'a1', enabled: true, state: 'ok', project_id: 'p', timestamp: '' },
    gnocchi_aggregation_by_resources_threshold_rule: rule
  }
  expect(differencesOf(row, body)).toEqual([])
  const other = {
    ...row,
    gnocchi_aggregation_by_resources_threshold_rule: { ...rule, query: '{"=": {"host_name": "c2"}}' }
  }
  expect(differencesOf(other, body).map(({ setting }) => setting)).toEqual(['query'])
})

test('the book lists all projects, and leaves the state and the switch of an alarm as they are', async () => {
  const row = {
    ...alarmBody(event, 'c1', action),
    alarm_id: 'a1',
    enabled: false,
    state: 'alarm',
    project_id: 'p',
    timestamp: ''
  }
  const { openstack, asked } = await startCloud({
    'GET /alarming/v2/alarms': [200, [row]],
    'POST /alarming/v2/alarms': [201, row],
    'PUT /alarming/v2/alarms/a1': [200, row],
    'DELETE /alarming/v2/alarms/a1': [204, '']
  })
  const { alarmBook } = openstack
  expect(await alarmBook.all()).toEqual([row])
  await alarmBook.named('a name')
  expect(asked('GET /alarming/v2/alarms').map(({ path }) => path.split('?')[1])).toEqual([
    'q.field=all_projects&q.op=eq&q.value=true',
    'q.field=all_projects&q.op=eq&q.value=true&q.field=name&q.op=eq&q.value=a%20name'
  ])
  const body = alarmBody(event, 'c2', action)
  await alarmBook.create(body)
  expect(asked('POST /alarming/v2/alarms')[0]?.body).toEqual(body)
  await alarmBook.update(row, body)
  expect(asked('PUT /alarming/v2/alarms/a1')[0]?.body).toEqual({ ...body, enabled: false, state: 'alarm' })
  await alarmBook.remove('a1')
  expect(asked('DELETE /alarming/v2/alarms/a1')).toHaveLength(1)
})

test('of all alarms it is told whom they tell, and which host they watch', async () => {
  const row = { ...alarmBody(event, 'c1', action), enabled: true }
  const { openstack } = await startCloud({
    'GET /alarming/v2/alarms': [
      200,
      [
        { ...row, alarm_id: 'a1' },
        { ...row, alarm_id: 'a2', enabled: false, event_rule: { event_type: '*', query: [] } }
      ]
    ]
  })
  expect(await openstack.alarms.all()).toEqual([
    { id: 'a1', actions: [action], host: 'c1' },
    { id: 'a2', actions: [] }
  ])
})
