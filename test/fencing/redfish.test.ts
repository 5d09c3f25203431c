import { X509Certificate } from 'node:crypto'
import { afterEach, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import type { FenceAgent } from '../../src/fencing/agent.ts'
import type { RedfishHost, RedfishOptions } from '../../src/fencing/redfish/options.ts'
import { createRedfish } from '../../src/fencing/redfish.ts'
import { unused } from './deps.ts'
import type { FakeBmc, Habits } from './fake-bmc.ts'
import { certificate, password, startFakeBmc, user } from './fake-bmc.ts'

const cleanUp: (() => Promise<void>)[] = []
const logged: unknown[] = []

afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean()
  expect(JSON.stringify(logged.splice(0))).not.toContain(password)
})

const say = (data: object, message: string) => {
  logged.push([data, message])
}
const log = { info: say, warn: say, error: say }

interface Given {
  readonly habits?: Habits
  readonly scheme?: 'http' | 'https'
  readonly host?: RedfishHost
  readonly options?: Partial<RedfishOptions>
  readonly idleMs?: number
  readonly now?: () => number
}

async function given({ habits = {}, scheme = 'http', host = {}, options = {}, idleMs, now }: Given = {}): Promise<{
  bmc: FakeBmc
  agent: FenceAgent
}> {
  const bmc = await startFakeBmc(habits, scheme)
  cleanUp.push(bmc.close)
  const all: RedfishOptions = {
    type: 'redfish',
    user,
    password,
    insecure: false,
    requestTimeoutSeconds: 2,
    hosts: { 'node-1': { url: bmc.url, ...host } },
    ...options
  }
  const agent = createRedfish('bmcs', all, {
    log,
    ...unused,
    clock: { ...systemClock, ...(now && { now }) },
    readFile(path) {
      if (path === 'ca.pem') return certificate
      if (path === 'empty.pem') return ''
      throw new Error('no such file')
    },
    ...(idleMs === undefined ? {} : { idleMs })
  })
  cleanUp.push(agent.close)
  return { bmc, agent }
}

const resets = (bmc: FakeBmc) => bmc.log.filter(line => line.endsWith('.Reset')).length

test('a machine that is on is switched off, and its power is read with its identity', async () => {
  const { bmc, agent } = await given()
  expect(await agent.read('node-1')).toMatchObject({ agent: 'bmcs', power: 'on' })
  await agent.powerOff('node-1')
  expect(await agent.read('node-1')).toMatchObject({ power: 'off', identity: '0A1B2C3D-0000-0000-0000-000000000001' })
  expect(resets(bmc)).toBe(1)
})

test.each([
  ['On', 'on'],
  ['Paused', 'on'],
  ['Off', 'off'],
  ['PoweringOn', 'changing'],
  ['PoweringOff', 'changing'],
  ['off', 'changing'],
  ['Unheard of', 'changing']
])('the power state %s is %s', async (power, expected) => {
  const { agent } = await given({ habits: { power } })
  expect(await agent.read('node-1')).toMatchObject({ power: expected })
})

test('a machine that powers off slowly is changing until its BMC says Off', async () => {
  const { agent } = await given({ habits: { poweringOffReadings: 2 } })
  await agent.powerOff('node-1')
  const powers = [await agent.read('node-1'), await agent.read('node-1'), await agent.read('node-1')]
  expect(powers.map(reading => reading.power)).toEqual(['changing', 'changing', 'off'])
})

test('a machine whose BMC accepts the command and does nothing still reads on', async () => {
  const { agent } = await given({ habits: { stuckOn: true } })
  await agent.powerOff('node-1')
  expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
})

test.each([
  ['UUID', { uuid: '0a1b2c3d-0000-0000-0000-000000000002' }],
  ['serial number', { serial: 'SN-2' }],
  ['serial number beside the right UUID', { uuid: '0a1b2c3d-0000-0000-0000-000000000001', serial: 'SN-2' }]
])('a machine with another %s is neither read nor switched off', async (_, host) => {
  const { bmc, agent } = await given({ host })
  await expect(agent.read('node-1')).rejects.toMatchObject({ name: 'FencingError', code: 'identity' })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject({ code: 'identity' })
  expect(resets(bmc)).toBe(0)
})

test('a BMC that keeps its identity to itself is not believed', async () => {
  const { agent } = await given({ habits: { uuid: '' }, host: { uuid: '0a1b2c3d-0000-0000-0000-000000000001' } })
  await expect(agent.read('node-1')).rejects.toMatchObject({ code: 'identity' })
})

test('the identity is that which was checked, and its spelling does not matter', async () => {
  const uuid = '0a1b2c3d000000000000000000000001'
  expect(await (await given({ host: { uuid } })).agent.read('node-1')).toMatchObject({
    identity: expect.stringMatching(/^0A1B/)
  })
  expect(await (await given({ host: { serial: 'SN-1' } })).agent.read('node-1')).toMatchObject({ identity: 'SN-1' })
})

test('one session serves many requests and is given back at the end', async () => {
  const { bmc, agent } = await given()
  await agent.read('node-1')
  await agent.read('node-1')
  expect(bmc.log.filter(line => line.startsWith('POST'))).toEqual(['POST /redfish/v1/SessionService/Sessions'])
  expect(bmc.openSessions()).toBe(1)
  await agent.close()
  expect(bmc.openSessions()).toBe(0)
  expect(bmc.log.at(-1)).toBe('DELETE /redfish/v1/SessionService/Sessions/1')
})

test('an idle session is given back, and the next request logs in again', async () => {
  const { bmc, agent } = await given({ idleMs: 1 })
  await agent.read('node-1')
  while (bmc.openSessions() > 0) await systemClock.sleep(5)
  expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
})

test('a session that the BMC forgot is made anew once', async () => {
  const { bmc, agent } = await given()
  await agent.read('node-1')
  bmc.habits.forgetsSessions = 1
  expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
  expect(bmc.log.filter(line => line.endsWith('/Sessions'))).toHaveLength(2)
})

test('a BMC without sessions, or with none left, is asked with HTTP Basic', async () => {
  for (const habits of [{ noSessionService: true }, { loginStatus: 503 }, { loginStatus: 401 }]) {
    const { bmc, agent } = await given({ habits })
    expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
    expect(bmc.openSessions()).toBe(0)
  }
})

test('a wrong password is tried twice, then not again for a while, so that the account is not locked', async () => {
  let now = 0
  const { bmc, agent } = await given({ options: { password: 'wrong' }, now: () => now })
  for (const _ of [1, 2, 3]) await expect(agent.read('node-1')).rejects.toMatchObject({ code: 'refused' })
  expect(bmc.log).toHaveLength(2)
  now += 60_000
  await expect(agent.powerOff('node-1')).rejects.toMatchObject({ code: 'refused' })
  expect(bmc.log).toHaveLength(4)
})

test('the password is in no error, whatever fails', async () => {
  for (const habits of [
    { refusesEverybody: true },
    { status: 503 },
    { body: 'no JSON' },
    { hangs: 'everything' as const }
  ]) {
    const { agent } = await given({ habits, options: { requestTimeoutSeconds: 0.1 } })
    const error = await agent.powerOff('node-1').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'FencingError' })
    const text = [Error.isError(error) && error.stack, JSON.stringify(error, Object.getOwnPropertyNames(error))].join()
    expect(text).not.toContain(password)
    expect(text).not.toContain(Buffer.from(`${user}:${password}`).toString('base64'))
  }
})

test.each([
  ['answers 503', { status: 503 }],
  ['answers 500', { status: 500 }],
  ['answers nonsense', { body: '<html>hello</html>' }],
  ['answers another JSON', { body: '[]' }],
  ['does not answer', { hangs: 'GET' as const }]
])('a BMC that %s is unreachable', async (_, habits) => {
  const { agent } = await given({ habits, options: { requestTimeoutSeconds: 0.2 } })
  await expect(agent.read('node-1')).rejects.toMatchObject({ name: 'FencingError', code: 'unreachable' })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject({ code: 'unreachable' })
})

test('a BMC where nothing listens is unreachable, also for a command', async () => {
  const { bmc, agent } = await given()
  await bmc.close()
  await expect(agent.read('node-1')).rejects.toMatchObject({ code: 'unreachable' })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject({ code: 'unreachable' })
})

test('a command that was sent and not answered has an unknown fate', async () => {
  const { bmc, agent } = await given({ habits: { hangs: 'POST-reset' }, options: { requestTimeoutSeconds: 0.3 } })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject({ code: 'unknown' })
  expect(resets(bmc)).toBe(1)
})

test('an abort closes the connection of a command that was sent, whose fate is then unknown', async () => {
  const { bmc, agent } = await given({ habits: { hangs: 'POST-reset' }, options: { requestTimeoutSeconds: 60 } })
  const abort = new AbortController()
  const outcome = agent.powerOff('node-1', abort.signal).catch((thrown: unknown) => thrown)
  const { closed } = await bmc.hung()
  abort.abort()
  await closed
  expect(await outcome).toMatchObject({ code: 'unknown' })
})

test('nothing is sent after an abort', async () => {
  const { bmc, agent } = await given()
  await expect(agent.powerOff('node-1', AbortSignal.abort())).rejects.toMatchObject({ code: 'unreachable' })
  expect(bmc.log).toEqual([])
})

test.each([400, 409])(
  'ForceOff answered %i is fine when the machine is off, and refused when it is not',
  async resetStatus => {
    const off = await given({ habits: { resetStatus, power: 'Off' } })
    await off.agent.powerOff('node-1')
    const on = await given({ habits: { resetStatus } })
    await expect(on.agent.powerOff('node-1')).rejects.toMatchObject({ code: 'refused' })
  }
)

test.each([
  [503, 'unreachable'],
  [500, 'unreachable'],
  [502, 'unknown'],
  [504, 'unknown'],
  [404, 'refused']
])('ForceOff answered %i is %s', async (resetStatus, code) => {
  const { agent } = await given({ habits: { resetStatus } })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject({ code })
})

test('ForceOff is asked for only where it is offered, and nothing is taken in its place', async () => {
  const listed = await given({ habits: { resetTypes: ['On', 'GracefulShutdown', 'PushPowerButton'] } })
  await expect(listed.agent.powerOff('node-1')).rejects.toMatchObject({ code: 'refused' })
  const linked = await given({ habits: { resetTypes: 'by ActionInfo' } })
  await expect(linked.agent.powerOff('node-1')).rejects.toMatchObject({ code: 'refused' })
  expect(resets(listed.bmc) + resets(linked.bmc)).toBe(0)
  const silent = await given({ habits: { resetTypes: 'not told' } })
  await silent.agent.powerOff('node-1')
  expect(silent.bmc.power()).toBe('Off')
})

test('of several systems the configured one is meant, and none is guessed', async () => {
  const guess = await given({ habits: { systems: ['a', 'b'] } })
  await expect(guess.agent.read('node-1')).rejects.toThrow(/2 systems.*configure/)
  for (const system of ['b', '/redfish/v1/Systems/b']) {
    const { bmc, agent } = await given({ habits: { systems: ['a', 'b'] }, host: { system } })
    await agent.powerOff('node-1')
    expect(bmc.log.at(-1)).toBe('POST /redfish/v1/Systems/b/Actions/ComputerSystem.Reset')
  }
  const gone = await given({ host: { system: 'gone' } })
  await expect(gone.agent.read('node-1')).rejects.toMatchObject({ code: 'identity' })
})

test('a BMC that wants slashes at the end is followed', async () => {
  const { agent } = await given({ habits: { slashes: true } })
  expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
})

test('the address comes from a template, and one address for all needs what tells the machines apart', async () => {
  const { bmc, agent } = await given({ options: { url: 'http://{host}', hosts: {} } })
  const address = new URL(bmc.url).host
  expect(await agent.read(address)).toMatchObject({ power: 'on' })
  const shared = await given({ options: { url: bmc.url, hosts: { 'node-2': { serial: 'SN-1' } } } })
  await expect(shared.agent.read('node-1')).rejects.toMatchObject({ code: 'refused' })
  expect(await shared.agent.read('node-2')).toMatchObject({ power: 'on' })
})

test('a certificate is believed by its authority, its fingerprint or not at all', async () => {
  const { fingerprint256 } = new X509Certificate(certificate)
  const other = fingerprint256.replace(/^../, fingerprint256.startsWith('00') ? '11' : '00')
  for (const options of [{ ca: 'ca.pem' }, { fingerprint: fingerprint256 }, { insecure: true }]) {
    const { agent } = await given({ scheme: 'https', options })
    expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
  }
  for (const options of [{}, { fingerprint: other }]) {
    const { bmc, agent } = await given({ scheme: 'https', options })
    await expect(agent.powerOff('node-1')).rejects.toMatchObject({ code: 'unreachable' })
    expect(bmc.log).toEqual([])
  }
})

test("a file of the BMCs' authorities that can't be used is told at the start", async () => {
  await expect(given({ options: { ca: 'gone.pem' } })).rejects.toMatchObject({
    name: 'ConfigError',
    mistakes: ["fencing.bmcs.ca: gone.pem can't be read: no such file"]
  })
  await expect(given({ options: { ca: 'empty.pem' } })).rejects.toThrow('empty.pem holds no certificate')
})

test('a command has run out after all its requests and the time that the BMC may take', async () => {
  const { agent } = await given({ options: { requestTimeoutSeconds: 4, settleSeconds: 5 } })
  expect(agent.settleMs).toBe(17_000)
})

test('two who ask at once share one session', async () => {
  const { bmc, agent } = await given()
  await Promise.all([agent.read('node-1'), agent.read('node-1'), agent.powerOff('node-1')])
  expect(bmc.log.filter(line => line.endsWith('/Sessions'))).toHaveLength(1)
})

test('https to a BMC that speaks HTTP only is said in words', async () => {
  const { bmc } = await given()
  const { agent } = await given({ host: { url: bmc.url.replace('http:', 'https:') }, options: { insecure: true } })
  await expect(agent.read('node-1')).rejects.toThrow(/does not speak TLS: if this BMC speaks HTTP only, write http:/)
})
