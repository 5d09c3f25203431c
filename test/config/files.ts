import { stringify } from 'yaml'
import { type Config, parseConfig } from '../../src/config.ts'
import { ConfigError } from '../../src/errors.ts'

export const secret = 'a-secret-of-24-letters!!'
export const other = 'another-secret-of-letters'
export const env = {
  ALARM_TOKEN: secret,
  ALICE_TOKEN: other,
  BMC_PASSWORD: 'calvin',
  HOOK_SECRET: 'a-third-secret-of-letters'
}

export type Fields = Record<string, unknown>
export const segment = (more: Fields = {}): Fields => ({
  name: 'rack-a',
  hosts: { names: ['compute-01'] },
  spares: { names: ['compute-09'] },
  storage: 'shared',
  fencing: ['none'],
  ...more
})
export const minimal = (more: Fields = {}): Fields => ({
  auth: {
    alarms: { tokens: [{ name: 'aodh', secret }] },
    operators: { tokens: [{ name: 'alice', secret: other, role: 'operator' }] }
  },
  segments: [segment()],
  ...more
})
export const outlet: Fields = { type: 'exec', command: ['/usr/local/sbin/pdu'] }
export const redfish = (more: Fields = {}): Fields => ({
  type: 'redfish',
  url: 'https://{host}-bmc',
  user: 'ops',
  password: 'calvin',
  ...more
})
export const parse = (file: unknown, variables = {}): Config =>
  parseConfig('test.yaml', typeof file === 'string' ? file : stringify(file), variables)

export function mistakesOf(file: unknown, variables = {}): readonly string[] {
  try {
    parse(file, variables)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
}
