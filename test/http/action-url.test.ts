import { expect, test } from '@jest/globals'
import { actionUrl, plainAction, readActionUrl } from '../../src/http/action-url.ts'
import { createAuthenticator } from '../../src/http/auth.ts'

const authenticate = createAuthenticator({
  alarms: { tokens: [{ name: 'aodh', secret: 'se/cret 1' }] },
  operators: { tokens: [{ name: 'alice', role: 'operator', secret: 'alices' }] }
})

test.each([
  ['http://alarms:se%2Fcret%201@here:8787/v1/alarms/compute-01', { actor: 'aodh', host: 'compute-01', isTest: false }],
  [
    'https://behind.a.proxy/ha/v1/alarms/compute%2D01?token=se/cret%201',
    { actor: 'aodh', host: 'compute-01', isTest: false }
  ],
  ['http://alarms:se%2Fcret%201@here/v1/alarms', { actor: 'aodh', isTest: false }],
  ['http://alarms:se%2Fcret%201@here/v1/alarms/c?test=true', { actor: 'aodh', host: 'c', isTest: true }],
  ['http://alarms:wrong@here/v1/alarms/compute-01', undefined],
  ['http://here/v1/alarms/compute-01', undefined],
  ['http://alice:alices@here/v1/alarms/compute-01', undefined],
  ['http://alarms:se%2Fcret%201@here/v2/notify', undefined],
  ['http://alarms:%E0%A4%A@here/v1/alarms', undefined],
  ['log://', undefined],
  ['no url', undefined]
])('%s', (url, read) => {
  expect(readActionUrl(url, authenticate)).toEqual(read)
})

test.each([
  ['http://here:8787', false, 'http://here:8787/v1/alarms/compute%2001'],
  ['https://a.proxy/ha/', true, 'https://a.proxy/ha/v1/alarms/compute%2001?test=true']
])('an action at %s is read as it was meant, and shown without its secret', (base, isTest, shown) => {
  const url = actionUrl(base, { name: 'the aodh', secret: 'se/cret 1' }, 'compute 01', isTest)
  expect(readActionUrl(url, authenticate)).toEqual({ actor: 'aodh', host: 'compute 01', isTest })
  expect(url).not.toContain('se/cret')
  expect(plainAction(url)).toBe(shown)
})

test('of an action that is no URL only what stands in front of its query is shown', () => {
  expect(plainAction('nonsense?token=secret')).toBe('nonsense')
})
