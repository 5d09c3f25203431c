import { afterEach, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import type { FenceAgent } from '../../src/fencing/agent.ts'
import { createExec, type ExecOptions } from '../../src/fencing/exec.ts'
import { silent, unused } from './deps.ts'
import { type FakeProgram, makeProgram, untilEnded, usualPath } from './fake-program.ts'

const secret = 'hunter2-very-secret'
const script = `
echo "$*|$SWITCHOVER_VERB|$SWITCHOVER_HOST|$SWITCHOVER_AGENT|$SWITCHOVER_TIMEOUT_SECONDS|$PDU_PASSWORD|$OUTLET|$HOME" >> "$here/calls"
. "$here/$SWITCHOVER_VERB"`

const made: FakeProgram[] = []
afterEach(() => {
  for (const program of made.splice(0)) program.remove()
})

function given({
  status = `echo '{"power": "on"}'`,
  off = 'true',
  options = {}
}: {
  status?: string
  off?: string
  options?: Partial<ExecOptions>
} = {}): { pdu: FakeProgram; agent: FenceAgent } {
  const pdu = makeProgram('pdu', script)
  made.push(pdu)
  pdu.write('status', status)
  pdu.write('off', off)
  const all: ExecOptions = {
    type: 'exec',
    command: [pdu.path, '--rack', 'a; rm -rf $HOME'],
    environment: { PDU_PASSWORD: secret },
    timeoutSeconds: 5,
    settleSeconds: 10,
    hosts: { 'node-1': { environment: { OUTLET: '7' } } },
    ...options
  }
  return { pdu, agent: createExec('pdu-a', all, { ...unused, log: silent, clock: systemClock, path: usualPath }) }
}

const code = (expected: string) => ({ name: 'FencingError', code: expected })

test('the command gets its verb last and the rest by its environment; no shell reads what is configured', async () => {
  const { pdu, agent } = given()
  expect(await agent.read('node-1')).toMatchObject({ agent: 'pdu-a', method: 'exec', power: 'on' })
  await agent.powerOff('node-1')
  const shared = `node-1|pdu-a|5|${secret}|7|`
  expect(pdu.read('calls').split('\n')).toEqual([
    `--rack a; rm -rf $HOME status|status|${shared}`,
    `--rack a; rm -rf $HOME off|off|${shared}`,
    ''
  ])
})

test.each([
  ['{"power": "off"}', { power: 'off' }],
  ['{"power": "changing", "more": [1]}', { power: 'changing' }],
  ['\n {"power": "on", "identity": "pdu-a outlet 7"}\n', { power: 'on', identity: 'pdu-a outlet 7' }]
])('status prints %s', async (said, expected) => {
  expect(await given({ status: `echo '${said}'` }).agent.read('node-1')).toMatchObject(expected)
})

test.each([
  ['nothing', 'true'],
  ['a word', 'echo off'],
  ['a list', `echo '["off"]'`],
  ['an unknown power', `echo '{"power": "unknown"}'`],
  ['another power', `echo '{"power": "Off"}'`],
  ['two answers', `echo '{"power": "off"}{"power": "off"}'`],
  ['an identity that is none', `echo '{"power": "off", "identity": 7}'`],
  ['too much', `echo '{"power": "off"}'; head -c 70000 /dev/zero | tr '\\0' ' '`],
  ['off, and fails', `echo '{"power": "off"}'; exit 1`],
  ['off, and dies', `echo '{"power": "off"}'; kill -9 $$`],
  ['off, and does not end', `echo '{"power": "off"}'; sleep 60`]
])('a status that says %s is no reading', async (_, status) => {
  const { agent } = given({ status, options: { timeoutSeconds: 1 } })
  await expect(agent.read('node-1')).rejects.toMatchObject(code('unreachable'))
})

test('the exit statuses have their meanings', async () => {
  const { agent, pdu } = given()
  for (const [status, read, off] of [
    [1, 'unreachable', 'unknown'],
    [2, 'unreachable', 'unknown'],
    [3, 'refused', 'refused'],
    [4, 'identity', 'identity'],
    [5, 'unreachable', 'unreachable'],
    [77, 'unreachable', 'unknown']
  ] as const) {
    pdu.write('status', `exit ${status}`)
    pdu.write('off', `exit ${status}`)
    await expect(agent.read('node-1')).rejects.toMatchObject(code(read))
    await expect(agent.powerOff('node-1')).rejects.toMatchObject(code(off))
  }
})

test('a machine that is not the configured one is not switched off', async () => {
  const hosts = { 'node-1': { identity: 'pdu-a outlet 7' } }
  const { pdu, agent } = given({ status: `echo '{"power": "on", "identity": "pdu-a outlet 8"}'`, options: { hosts } })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject(code('identity'))
  expect(pdu.read('calls')).not.toContain('|off|')
  pdu.write('status', `echo '{"power": "on"}'`)
  await expect(agent.powerOff('node-1')).rejects.toMatchObject(code('identity'))
  pdu.write('status', `echo '{"power": "on", "identity": "pdu-a outlet 7"}'`)
  await agent.powerOff('node-1')
  expect(pdu.read('calls')).toContain('|off|')
})

test('what it writes to stderr is told, without its secrets', async () => {
  const { agent } = given({ status: 'echo first >&2; echo "login with $PDU_PASSWORD failed" >&2; exit 3' })
  await expect(agent.read('node-1')).rejects.toMatchObject({
    message: 'node-1: status ended with 3, it was refused: login with *** failed'
  })
})

test.each([
  ['a power', `echo "{\\"power\\": \\"$PDU_PASSWORD\\"}"`],
  ['no JSON', 'echo "$PDU_PASSWORD"'],
  ['half a JSON, cut by the parser in the middle of it', `echo "{\\"power\\": $PDU_PASSWORD}"`],
  ['an identity', `echo "{\\"power\\": \\"off\\", \\"identity\\": \\"$PDU_PASSWORD\\"}"`],
  ['several lines', 'echo "$PDU_KEY" >&2; exit 1'],
  ['what another one begins with', 'echo "$PDU_LONGER" >&2; exit 1']
])('a secret that status prints as %s is shown nowhere', async (_, status) => {
  const environment = { PDU_PASSWORD: secret, PDU_KEY: 'first-line\nlast-line', PDU_LONGER: `${secret}-and-more` }
  const { agent } = given({ status, options: { environment } })
  const said = await agent.read('node-1').then(
    reading => JSON.stringify(reading),
    (error: unknown) => String(error)
  )
  expect(said).toContain('***')
  expect(said).not.toMatch(/hunter2|secret|line|more/)
  const named = given({ status, options: { environment, hosts: { 'node-1': { identity: 'outlet 7' } } } })
  await expect(named.agent.read('node-1')).rejects.not.toMatchObject({ message: expect.stringMatching(/hunter2/) })
})

test('one that does not end is killed with what it started, and an abort ends it at once', async () => {
  const { pdu, agent } = given({ off: 'sleep 60 & echo $! > "$here/child"; wait', options: { timeoutSeconds: 1 } })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject(code('unknown'))
  await untilEnded(pdu.read('child'))

  const slow = given({ status: 'sleep 60', options: { timeoutSeconds: 60 } })
  const abort = new AbortController()
  const reading = slow.agent.read('node-1', abort.signal)
  abort.abort()
  await expect(reading).rejects.toMatchObject(code('unreachable'))
})

test('a command that is not there can only be mended by a person', async () => {
  const { agent } = given({ options: { command: ['/no/such/pdu'] } })
  await expect(agent.read('node-1')).rejects.toMatchObject(code('refused'))
})
