import { expect, test } from '@jest/globals'
import { defaultHostEventTypes, signalOf } from '../../src/http/aodh-body.ts'
import type { AodhAlarm } from '../../src/schemas/aodh-alarm.d.ts'
import { fixture } from './support.ts'

const delivery = { actor: 'aodh', text: '{}', hostEventTypes: defaultHostEventTypes }
const read = (name: string) => JSON.parse(fixture(name)) as AodhAlarm

function eventAlarm(eventType: string, traits: unknown): AodhAlarm {
  const reason_data = { type: 'event', event: { message_id: 'm-1', event_type: eventType, traits } }
  return { alarm_id: 'a', current: 'alarm', reason_data } as unknown as AodhAlarm
}

test('an event alarm of a failed host names it, and is one signal however often it comes', () => {
  expect(signalOf(read('event-alarm'), delivery)).toEqual({
    source: 'aodh',
    actor: 'aodh',
    body: '{}',
    host: 'compute-01',
    dedupeKey: '3c22b618-72ea-46f9-8695-42f5f78796b8|alarm|fbf81704-90f2-4ba2-91d8-5b4fcb287a28',
    alarm: {
      id: '3c22b618-72ea-46f9-8695-42f5f78796b8',
      name: 'host-down-compute-01',
      current: 'alarm',
      previous: 'insufficient data',
      severity: 'critical',
      reason: expect.stringMatching(/^Event <id=fbf81704/),
      type: 'event',
      eventType: 'compute.host.down',
      traits: {
        service: 'hostmonitor.controller',
        project_id: '4d2adcfcffc248e999119d314a1f741d',
        host: 'compute-01',
        reason: 'nova-compute is down'
      }
    }
  })
})

test("Nova's own service.update names its host", () => {
  expect(signalOf(read('service-update-alarm'), delivery).host).toBe('compute-02')
})

test.each(['threshold-alarm', 'composite-alarm'])('a %s names no host and has no key: each one counts', name => {
  const signal = signalOf(read(name), delivery)
  expect(signal).not.toHaveProperty('host')
  expect(signal).not.toHaveProperty('dedupeKey')
})

test('the host of the URL wins over the trait, and makes it another signal', () => {
  const signal = signalOf(read('event-alarm'), { ...delivery, host: 'compute-09' })
  expect(signal.host).toBe('compute-09')
  expect(signal.dedupeKey).toMatch(/\|compute-09$/)
})

test('a trait of an event type that is not on the list is only who published it', () => {
  expect(signalOf(eventAlarm('compute.instance.update', [['host', 1, 'controller-1']]), delivery)).not.toHaveProperty(
    'host'
  )
})

test('the list of event types is the one that is given', () => {
  const body = eventAlarm('our.own.event', [['hostname', 1, 'compute-03']])
  expect(signalOf(body, { ...delivery, hostEventTypes: ['our.own.event'] }).host).toBe('compute-03')
})

test.each([
  ['text', 'x'],
  ['null', null],
  ['a number', 7],
  ['a list', [1, [2]]],
  ['no event', { type: 'event' }],
  ['an odd event', { type: 'event', event: 'x' }],
  [
    'odd traits',
    {
      type: 'event',
      event: { message_id: 3, event_type: {}, traits: [null, 'x', [], ['a'], [1, 1, 'b'], ['c', 1, {}]] }
    }
  ]
])('reason_data that is %s is left out, not refused', (_name, reasonData) => {
  const body = { alarm_id: 'a', current: 'alarm', reason_data: reasonData } as unknown as AodhAlarm
  expect(signalOf(body, delivery).alarm).toMatchObject({ id: 'a', current: 'alarm', traits: {} })
})

test('numbers and booleans of traits are kept as text', () => {
  const body = eventAlarm('x', [
    ['count', 2, 3],
    ['down', 1, true]
  ])
  expect(signalOf(body, delivery).alarm?.traits).toEqual({ count: '3', down: 'true' })
})

test('a trait named __proto__ changes nothing', () => {
  const traits = signalOf(
    eventAlarm('compute.host.down', [
      ['__proto__', 1, 'x'],
      ['constructor', 1, 'y']
    ]),
    delivery
  ).alarm?.traits
  expect(Object.getPrototypeOf(traits)).toBe(Object.prototype)
  expect(Object.keys(traits ?? {})).toEqual(['constructor'])
})

test('text that a database could not hold is cut and cleaned', () => {
  const body = { alarm_id: 'a\0b\ud800', current: 'alarm', alarm_name: 'n'.repeat(5000) } as unknown as AodhAlarm
  const { alarm } = signalOf(body, delivery)
  expect(alarm?.id).toBe('ab\ufffd')
  expect(alarm?.name).toHaveLength(255)
})

test('a key that is too long for an index is hashed, and stays the same', () => {
  const body = { ...eventAlarm('x', []), alarm_id: 'a'.repeat(255) }
  expect(signalOf(body, delivery).dedupeKey).toMatch(/^[0-9a-f]{64}$/)
  expect(signalOf(body, delivery).dedupeKey).toBe(signalOf(body, delivery).dedupeKey)
})
