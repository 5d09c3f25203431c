import { expect, test } from '@jest/globals'
import { readActionUrl } from '../../src/http/action-url.ts'
import { createAuthenticator } from '../../src/http/auth.ts'

const authenticate = createAuthenticator({
  alarms: { tokens: [{ name: 'aodh', secret: 'se/cret 1' }] },
  operators: { tokens: [{ name: 'alice', role: 'operator', secret: 'alices' }] }
})

test.each([
  ['http://alarms:se%2Fcret%201@here:8787/v1/alarms/compute-01', { actor: 'aodh', host: 'compute-01' }],
  ['https://behind.a.proxy/ha/v1/alarms/compute%2D01?token=se/cret%201', { actor: 'aodh', host: 'compute-01' }],
  ['http://alarms:se%2Fcret%201@here/v1/alarms', { actor: 'aodh' }],
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
