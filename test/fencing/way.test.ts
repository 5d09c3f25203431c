import { expect, test } from '@jest/globals'
import type { FencingAgentConfig } from '../../src/fencing/fencing.ts'
import { wayTo } from '../../src/fencing/way.ts'

const login = { user: 'admin', password: 'secret' }
const times = { requestTimeoutSeconds: 10, settleSeconds: 30 }
const redfish = { type: 'redfish', url: 'https://{host}-bmc', ...login, insecure: false, hosts: {} } as const
const ipmi = {
  ...({ type: 'ipmi', address: '{host}-bmc', ...login, ...times, hosts: {} } as const),
  ...({ privilege: 'OPERATOR', cipherSuite: 17, program: 'ipmitool' } as const)
}
const ironic = { type: 'ironic', node: '{host}', settleSeconds: 30, hosts: {} } as const
const exec = {
  ...({ type: 'exec', command: ['/bin/pdu', 'a'], environment: {}, hosts: {} } as const),
  ...{ timeoutSeconds: 30, settleSeconds: 30 }
}

const wayOf = (config: FencingAgentConfig, host = 'node-1'): string => wayTo(config, host)

test.each<[string, FencingAgentConfig, FencingAgentConfig]>([
  ['the address of a Redfish BMC', redfish, { ...redfish, url: 'https://{host}-oob' }],
  ['the own address of a host', redfish, { ...redfish, hosts: { 'node-1': { url: 'https://10.0.0.1' } } }],
  ['the system behind the address', redfish, { ...redfish, hosts: { 'node-1': { system: '2' } } }],
  ['the address for IPMI', ipmi, { ...ipmi, hosts: { 'node-1': { address: '10.0.0.1:6230' } } }],
  ['the node in Ironic', ironic, { ...ironic, hosts: { 'node-1': { node: 'other' } } }],
  ['whose Ironic it is', ironic, { ...ironic, cloud: 'undercloud' }],
  ['the command', exec, { ...exec, command: ['/bin/pdu', 'b'] }],
  ['the kind of the agent', redfish, ironic]
])('%s is another way to the power', (_, before, after) => {
  expect(wayOf(after)).not.toBe(wayOf(before))
})

test.each<[string, FencingAgentConfig, FencingAgentConfig]>([
  ['another password', redfish, { ...redfish, password: 'new' }],
  ['the identity it must have', redfish, { ...redfish, hosts: { 'node-1': { uuid: 'u', serial: 's' } } }],
  ['another host', redfish, { ...redfish, hosts: { 'node-2': { url: 'https://10.0.0.2' } } }],
  ['the address written out', redfish, { ...redfish, hosts: { 'node-1': { url: 'https://node-1-bmc' } } }],
  ['a slash at the end, or capitals', redfish, { ...redfish, url: 'HTTPS://{host}-BMC/' }],
  ['how long it is waited for', ipmi, { ...ipmi, settleSeconds: 60 }],
  ['the environment of a command', exec, { ...exec, environment: { OUTLET: '12' } }]
])('%s is no other way', (_, before, after) => {
  expect(wayOf(after)).toBe(wayOf(before))
})

test('of each host it is another one, and it is short and tells no secret', () => {
  expect(wayOf(redfish, 'node-2')).not.toBe(wayOf(redfish))
  expect(wayOf({ ...redfish, url: 'https://admin:secret@{host}' })).toMatch(/^[0-9a-f]{64}$/)
})

test('what was stored by an older release is the same way still', () => {
  expect(wayOf(redfish)).toBe('b3f820c6a4745943f0ecd442cfc3ae25661209e50e4a4ff7868ae75ab3f78907')
})
