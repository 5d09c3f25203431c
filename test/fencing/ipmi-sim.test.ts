import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import type { FenceAgent } from '../../src/fencing/agent.ts'
import type { IpmiOptions } from '../../src/fencing/ipmi/options.ts'
import { createIpmi } from '../../src/fencing/ipmi.ts'
import { silent, unused } from './deps.ts'
import { usualPath } from './fake-program.ts'

/** Debian: `apt-get install openipmi ipmitool`. */
const isThere = ['ipmi_sim', 'ipmitool'].every(program => spawnSync('which', [program]).status === 0)
const withSimulator = isThere ? test : test.skip

const password = 'sim-pa55'
const uuid = '4c4c4544-0042-3510-8057-b7c04f4d3532'
const folder = mkdtempSync(join(tmpdir(), 'switchover-ipmi-'))
let port = 0
let stop = (): void => undefined

beforeAll(async () => {
  if (!isThere) return
  port = await freePort()
  // A BMC tells its GUID from the last byte to the first.
  const guid = Buffer.from(uuid.replaceAll('-', ''), 'hex').reverse().toString('hex')
  const levels = ['callback', 'user', 'operator', 'admin'].map(
    level => `    allowed_auths_${level} none md2 md5 straight`
  )
  write('power', '1')
  write(
    'chassis',
    `#!/bin/sh\ncase "$2" in get) echo "power:$(cat ${folder}/power)" ;; set) echo "$4" > ${folder}/power ;; esac\n`
  )
  chmodSync(join(folder, 'chassis'), 0o700)
  write(
    'lan.conf',
    [
      ...['name "sim"', 'set_working_mc 0x20', '  startlan 1', `    addr 127.0.0.1 ${port}`, '    priv_limit admin'],
      ...[...levels, `    guid ${guid}`, '  endlan', `  chassis_control "${folder}/chassis 0x20"`],
      '  user 1 false "" "" user 10 none md2 md5 straight',
      `  user 2 true "ops" "${password}" admin 10 none md2 md5 straight\n`
    ].join('\n')
  )
  write('sim.emu', 'mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nmc_enable 0x20\n')
  const sim = spawn('ipmi_sim', ['-n', '-p', '-c', 'lan.conf', '-f', 'sim.emu', '-s', folder], {
    cwd: folder,
    stdio: 'ignore'
  })
  stop = () => void sim.kill('SIGKILL')
  while (!(await isTaken(port))) await new Promise(resolve => setTimeout(resolve, 20))
})

afterAll(() => {
  stop()
  rmSync(folder, { recursive: true, force: true })
})

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text)
}

function agentWith(changes: Partial<IpmiOptions> = {}): FenceAgent {
  const options: IpmiOptions = {
    ...{ type: 'ipmi', address: `127.0.0.1:${port}`, user: 'ops', password, program: 'ipmitool' },
    ...{ privilege: 'OPERATOR', cipherSuite: 3, requestTimeoutSeconds: 10, settleSeconds: 0 },
    hosts: { 'node-1': { uuid } },
    ...changes
  }
  return createIpmi('sim', options, { ...unused, log: silent, clock: systemClock, path: usualPath })
}

withSimulator('a simulated BMC tells its power and who it is, and is switched off', async () => {
  const agent = agentWith()
  expect(await agent.read('node-1')).toMatchObject({ power: 'on', identity: uuid })
  await agent.powerOff('node-1')
  expect(readFileSync(join(folder, 'power'), 'utf8').trim()).toBe('0')
  expect(await agent.read('node-1')).toMatchObject({ power: 'off', identity: uuid })
})

withSimulator('it is told apart who is wrong: the password, the user, the cipher suite, the machine', async () => {
  for (const [changes, code, message] of [
    [{ password: 'wrong' }, 'refused', /refuses the password/],
    [{ user: 'nobody' }, 'refused', /knows no such user/],
    [{ cipherSuite: 17 }, 'refused', /cipherSuite/],
    [{ hosts: { 'node-1': { uuid: uuid.replace(/^4c/, '5c') } } }, 'identity', /is that of UUID 4c4c4544/]
  ] as const) {
    const error = { code, message: expect.stringMatching(message) }
    await expect(agentWith(changes).read('node-1')).rejects.toMatchObject(error)
  }
})

/** An address where nothing listens. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  const { port: free } = socket.address()
  await new Promise<void>(resolve => socket.close(() => resolve()))
  return free
}

async function isTaken(wanted: number): Promise<boolean> {
  const socket = createSocket('udp4')
  return await new Promise(resolve => {
    socket.once('error', () => resolve(true))
    socket.bind(wanted, '127.0.0.1', () => socket.close(() => resolve(false)))
  })
}
