import { expect, test } from '@jest/globals'
import { planAlarms } from '../../../src/cli/alarms/plan.ts'
import { actionUrl } from '../../../src/http/action-url.ts'
import type { AlarmBody } from '../../../src/openstack/alarms/body.ts'
import { alarmBody, madeFor, madeForTest, testBody } from '../../../src/openstack/alarms/body.ts'
import type { AodhRow } from '../../../src/openstack/alarms/book.ts'

const template = {
  ...{ name: 'host-down-{host}', severity: 'critical', repeatActions: true },
  event: { type: 'compute.host.down', trait: 'host' }
}
const url = (host: string, secret = 'secret') => actionUrl('http://us', { name: 'aodh', secret }, host)
const bodyFor = (host: string) => alarmBody(template, host, url(host))
const nowMs = Date.parse('2026-11-26T12:00:00Z')
const test0 = { host: 'a', eventHost: 'nobody', action: url('a'), name: 'switchover-test-a-1' }

/** As Aodh gives it back: with its own fields, and its rule with more than we sent. */
function rowOf(body: AlarmBody, more: Partial<AodhRow> = {}): AodhRow {
  return {
    ...body,
    alarm_id: `id-of-${body.name}`,
    enabled: true,
    state: 'ok',
    project_id: 'p',
    timestamp: '2026-11-26T11:59:00.123456',
    time_constraints: [],
    ...more
  }
}

function plan(rows: readonly AodhRow[], hosts = ['a', 'b']): string[] {
  const read = ({ description }: AodhRow) => {
    const [made, testOf] = [madeFor(description), madeForTest(description)]
    return { pointsAtUs: true, ...(made && { madeFor: made }), ...(testOf && { testOf }) }
  }
  return planAlarms(rows, { hosts, bodyFor, read, nowMs }).map(
    ({ action, host, because }) => `${action} ${host}: ${because}`
  )
}

test('each host gets one, and nothing is done about one that is as it should be', () => {
  expect(plan([])).toEqual(['create a: has no alarm of ours', 'create b: has no alarm of ours'])
  expect(plan([rowOf(bodyFor('a')), rowOf(bodyFor('b'))])).toEqual([
    'keep a: is as it should be',
    'keep b: is as it should be'
  ])
})

test('what others made is not ours, whatever it is called', () => {
  expect(plan([rowOf(bodyFor('a'), { description: 'by hand' })], ['a'])).toEqual(['create a: has no alarm of ours'])
})

test('what differs is said, and no secret with it', () => {
  const row = rowOf(bodyFor('a'), {
    name: 'renamed',
    severity: 'low',
    alarm_actions: [url('a', 'the-old-secret')],
    ok_actions: ['http://them/x?token=hidden'],
    event_rule: { event_type: '*', query: [] }
  })
  const [change] = plan([row], ['a'])
  expect(change).toBe(
    'update a: name: "renamed" -> "host-down-a"; severity: "low" -> "critical"; alarm_actions: another token; ' +
      'ok_actions: http://them/x -> none; event_type: "*" -> "compute.host.down"; ' +
      'query: [] -> [{"field":"traits.host","op":"eq","type":"string","value":"a"}]'
  )
})

test('one that a person disabled stays so', () => {
  expect(plan([rowOf(bodyFor('a'), { enabled: false })], ['a'])).toEqual(['keep a: it is disabled, and stays so'])
  const [change] = plan([rowOf(bodyFor('a'), { enabled: false, severity: 'low' })], ['a'])
  expect(change).toBe('update a: severity: "low" -> "critical"; it is disabled, and stays so')
})

test('those of hosts that left, and all but one of a host, are removed', () => {
  const twin = rowOf(bodyFor('a'), { alarm_id: 'id-of-the-twin' })
  expect(plan([rowOf(bodyFor('a')), twin, rowOf(bodyFor('gone'))], ['a'])).toEqual([
    'keep a: is as it should be',
    'remove a: has another one',
    'remove gone: is a host of no segment'
  ])
})

test('an alarm of another type is made anew before the old one goes', () => {
  const prometheus = {
    ...template,
    event: undefined,
    prometheus: { query: '{host}', operator: 'lt', threshold: 1 }
  }
  const { event: _, ...other } = prometheus
  const old = rowOf(alarmBody(other, 'a', url('a')))
  const because = "its type is to be event, and that can't be changed"
  expect(plan([old], ['a'])).toEqual([`create a: ${because}`, `remove a: ${because}`])
  // Cut short between the two, it goes on where it was.
  expect(plan([old, rowOf(bodyFor('a'))], ['a'])).toEqual(['keep a: is as it should be', 'remove a: has another one'])
})

test('what a test left behind goes, but not under a test that is at work', () => {
  const body = testBody(template, test0)
  const keep = 'keep a: is as it should be'
  expect(plan([rowOf(bodyFor('a')), rowOf(body)], ['a'])).toEqual([keep])
  const old = rowOf(body, { timestamp: '2026-11-26T10:00:00.5' })
  expect(plan([rowOf(bodyFor('a')), old], ['a'])).toEqual([keep, 'remove a: a test left it behind'])
})
