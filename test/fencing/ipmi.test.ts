import { afterEach, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import type { FenceAgent } from '../../src/fencing/agent.ts'
import { readingsOf } from '../../src/fencing/ipmi/guid.ts'
import type { IpmiHost, IpmiOptions } from '../../src/fencing/ipmi/options.ts'
import { createIpmi } from '../../src/fencing/ipmi.ts'
import { silent, unused } from './deps.ts'
import { type FakeProgram, makeProgram, untilEnded, usualPath } from './fake-program.ts'

const password = 'hunter2-very-secret'
const uuid = 'a1b2c3d4-e5f6-4711-8899-aabbccddeeff'
const plainBytes = 'a1 b2 c3 d4 e5 f6 47 11 88 99 aa bb cc dd ee ff'
const ipmiBytes = plainBytes.split(' ').toReversed().join(' ')
const smbiosBytes = 'd4 c3 b2 a1 f6 e5 11 47 88 99 aa bb cc dd ee ff'

const script = `
{ printf '%s|' "$@"; echo; } >> "$here/calls"
tr '\\0' ' ' < /proc/$$/cmdline >> "$here/cmdline"
if [ "$IPMI_PASSWORD" != "$(cat "$here/password")" ]; then
  echo 'Loading IANA PEN Registry...' >&2
  echo '> RAKP 2 HMAC is invalid' >&2
  echo 'Error: Unable to establish IPMI v2 / RMCP+ session' >&2
  exit 1
fi
case "$*" in
  *'chassis power off') . "$here/off" ;;
  *exec*) for last; do :; done; cat "$last" >> "$here/commands"; . "$here/look" ;;
  *) echo 'no such command' >&2; exit 1 ;;
esac`

const says = (bytes: string, power: 'on' | 'off') => `echo ' ${bytes}'; echo 'Chassis Power is ${power}'`
const fails = (stderr: string) => `echo '${stderr}' >&2; exit 1`

const made: FakeProgram[] = []
afterEach(() => {
  for (const program of made.splice(0)) program.remove()
})

interface Given {
  readonly look?: string
  readonly off?: string
  readonly host?: IpmiHost
  readonly options?: Partial<IpmiOptions>
  readonly now?: () => number
}

function given({ look = says(ipmiBytes, 'on'), off = 'true', host = {}, options = {}, now }: Given = {}): {
  tool: FakeProgram
  agent: FenceAgent
} {
  const tool = makeProgram('ipmitool', script)
  made.push(tool)
  tool.write('password', password)
  tool.write('look', look)
  tool.write('off', `echo 'Chassis Power Control: Down/Off'; ${off}`)
  const all: IpmiOptions = {
    ...{ type: 'ipmi', address: '{host}-bmc.example:6230', user: 'ops', password },
    ...{ privilege: 'OPERATOR', cipherSuite: 17, requestTimeoutSeconds: 5, settleSeconds: 30 },
    program: tool.path,
    hosts: { 'node-1': { uuid, ...host } },
    ...options
  }
  const clock = { ...systemClock, ...(now && { now }) }
  return { tool, agent: createIpmi('rack', all, { ...unused, log: silent, clock, path: usualPath }) }
}

const code = (expected: string) => ({ name: 'FencingError', code: expected })

test('power and identity come from one session, the password from nowhere that others can read', async () => {
  const { tool, agent } = given()
  expect(await agent.read('node-1')).toMatchObject({ agent: 'rack', method: 'ipmi', power: 'on', identity: uuid })
  expect(tool.read('calls')).toMatch(
    /^-v\|-I\|lanplus\|-H\|node-1-bmc\.example\|-p\|6230\|-U\|ops\|-E\|-L\|OPERATOR\|-C\|17\|-N\|2\|-R\|3\|exec\|.*look\.ipmitool\|\n$/
  )
  expect(tool.read('commands')).toBe('raw 0x06 0x37\nchassis power status\n')
  expect(tool.read('cmdline')).not.toContain(password)
})

test.each([
  ['as IPMI has it', ipmiBytes],
  ['as SMBIOS has it', smbiosBytes],
  ['as it is written', plainBytes]
])('a GUID is known in the order of bytes %s', async (_, bytes) => {
  const { agent } = given({ look: says(bytes, 'off') })
  expect(await agent.read('node-1')).toMatchObject({ power: 'off', identity: uuid })
  const unasked = given({ look: says(bytes, 'off'), options: { hosts: { 'node-1': {} } } })
  // Which order a BMC has can only be guessed where nobody says what to expect.
  expect(readingsOf(bytes.split(' '))).toContain((await unasked.agent.read('node-1')).identity)
})

test.each([
  ['another machine', says('00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 'off'), 'identity'],
  ['nobody', says('00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00', 'off'), 'identity'],
  [
    'a BMC without a GUID',
    `echo 'Unable to send RAW command (channel=0x0 netfn=0x6 lun=0x0 cmd=0x37 rsp=0xc1): Invalid command' >&2; echo 'Chassis Power is off'; exit 1`,
    'identity'
  ],
  [
    'a busy one',
    `echo 'Unable to send RAW command (channel=0x0 netfn=0x6 lun=0x0 cmd=0x37 rsp=0xc0): Node busy' >&2; echo 'Chassis Power is off'; exit 1`,
    'unreachable'
  ]
])('%s is not believed to be the machine, and is not switched off', async (_, look, expected) => {
  const { tool, agent } = given({ look })
  await expect(agent.read('node-1')).rejects.toMatchObject(code(expected))
  await expect(agent.powerOff('node-1')).rejects.toMatchObject(code(expected))
  expect(tool.read('calls')).not.toContain('|off|')
})

test.each([
  ['no word of power', `echo ' ${ipmiBytes}'`],
  ['both words', `${says(ipmiBytes, 'on')}; echo 'Chassis Power is off'`],
  ['another word', `echo ' ${ipmiBytes}'; echo 'Chassis Power is unknown'`]
])('%s is no reading', async (_, look) => {
  await expect(given({ look }).agent.read('node-1')).rejects.toMatchObject(code('unreachable'))
})

test('a machine that is on is told to power off, one that is off is left alone', async () => {
  const { tool, agent } = given()
  await agent.powerOff('node-1')
  expect(tool.read('calls').match(/chassis\|power\|off\|/g)).toHaveLength(1)
  tool.write('look', says(ipmiBytes, 'off'))
  await agent.powerOff('node-1')
  expect(tool.read('calls').match(/chassis\|power\|off\|/g)).toHaveLength(1)
})

test('a wrong password is said, and not tried again for a while, so that the account is not locked', async () => {
  let nowMs = 1_000_000
  const { tool, agent } = given({ now: () => nowMs })
  tool.write('password', 'changed')
  const refused = agent.read('node-1')
  await expect(refused).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('refuses the password')
  })
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining(password) })
  await expect(agent.read('node-1')).rejects.toMatchObject({
    message: expect.stringContaining('asked again after 30 s')
  })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject(code('refused'))
  expect(tool.read('calls').trim().split('\n')).toHaveLength(1)
  nowMs += 30_000
  tool.write('password', password)
  expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
})

test.each([
  ['RAKP 2 message indicates an error : unauthorized name', 'refused', /no such user/],
  ['Set Session Privilege Level to OPERATOR failed', 'refused', /privilege/],
  ['Error in open session response message : invalid authentication algorithm', 'refused', /cipherSuite/],
  ['Error in open session response message : insufficient resources for session', 'unreachable', /busy/],
  ['Address lookup for x failed', 'unreachable', /not known/],
  ['Error: Unable to establish IPMI v2 / RMCP+ session', 'unreachable', /does not answer/],
  ['something new', 'unreachable', /something new/]
])('%s: %s', async (stderr, expected, message) => {
  const error = { code: expected, message: expect.stringMatching(message) }
  await expect(given({ look: fails(stderr) }).agent.read('node-1')).rejects.toMatchObject(error)
})

test('what became of a command that was cut off is not known, of one that the BMC refused it is', async () => {
  const slow = given({ off: 'sleep 30', options: { requestTimeoutSeconds: 1 } })
  await expect(slow.agent.powerOff('node-1')).rejects.toMatchObject(code('unknown'))
  const lost = given({ off: fails('Unable to set Chassis Power Control to Down/Off') })
  await expect(lost.agent.powerOff('node-1')).rejects.toMatchObject(code('unknown'))
  const busy = given({
    off: fails('Set Chassis Power Control to Down/Off failed: Command not supported in present state')
  })
  await expect(busy.agent.powerOff('node-1')).rejects.toMatchObject(code('unreachable'))
})

test('a BMC that is slow to read is unreachable, and its ipmitool is killed with what it started', async () => {
  const { tool, agent } = given({
    look: `sleep 60 & echo $! > "$here/child"; wait`,
    options: { requestTimeoutSeconds: 1 }
  })
  await expect(agent.read('node-1')).rejects.toMatchObject(code('unreachable'))
  await untilEnded(tool.read('child'))
})

test('where ipmitool is missing it says what to do', async () => {
  const { agent } = given({ options: { program: 'no-such-ipmitool' } })
  await expect(agent.read('node-1')).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(/no-such-ipmitool can't be run .* install ipmitool/)
  })
})

test('one address for all needs what tells the machines apart, and an address may be IPv6', async () => {
  const one = { address: '10.0.0.1', hosts: { 'node-1': {} } }
  await expect(given({ options: one }).agent.read('node-1')).rejects.toMatchObject(code('refused'))
  const { tool, agent } = given({ host: { address: '[fd00::1]:6231' } })
  await agent.read('node-1')
  expect(tool.read('calls')).toContain('|-H|fd00::1|-p|6231|')
})

test('a command has run out after its two calls and the time that the BMC may take', () => {
  expect(given().agent.settleMs).toBe(40_000)
})
