import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from '@jest/globals'
import { whereRunning } from '../../src/emulator/model/oracle.ts'
import { startEmulator } from '../../src/emulator/start-emulator.ts'
import { until } from '../e2e/until.ts'
import { startService } from './real-service.ts'

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

const main = join(import.meta.dirname, '../../src/main.ts')
const execute = promisify(execFile)

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

test('a person on a jump host: sees that a dead host waits, reads why, arms, and sees it recovered', async () => {
  const emulator = await startEmulator({
    spec: {
      pace: 10,
      serviceDownSeconds: 1,
      timing: { reportEveryMs: 200, monitorMs: 100 },
      hosts: { 'compute-01': { servers: 2 }, 'compute-02': {}, 'compute-03': { spare: true } }
    }
  })
  undo.push(emulator.close)
  const members = { hosts: ['compute-01', 'compute-02'], spares: ['compute-03'] }
  const service = await startService(emulator, { ...members, armed: false })
  undo.push(service.stop)

  async function switchover(...words: string[]): Promise<Said> {
    // The address and the token are all that is needed.
    const env = { PATH: process.env.PATH, SWITCHOVER_URL: service.url, SWITCHOVER_TOKEN: service.token }
    return await execute(process.execPath, [main, ...words], { env }).then(
      said => ({ code: 0, ...said }),
      (error: unknown) => error as Said
    )
  }

  const guests = [...emulator.world.servers.values()].filter(({ host }) => host === 'compute-01')
  await fetch(`${emulator.url}/lab`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: JSON.stringify({ words: ['host', 'panic', 'compute-01'] })
  })
  expect(await switchover('recover', 'compute-01', '--reason', 'it is silent', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^opened\b.*switchover show compute-01\n$/)
  })
  const waiting = await until('the recovery to be held', 60_000, async () => {
    const said = await switchover('status')
    return said.stdout.includes('compute-01 waits for a person') ? said : undefined
  })
  expect(waiting).toMatchObject({ code: 2, stdout: expect.stringMatching(/^status +SOMEBODY IS NEEDED:\n/) })
  const { stdout: shown } = await switchover('show', 'compute-01')
  expect(shown).toMatch(/^compute-01 +held for .*: armed\n +opened by a person \(olga, it is silent\)/)
  expect(shown).toMatch(/\n +switchover arm rack-1 --reason … +it goes on within seconds/)
  expect(shown).toMatch(/\n +ssh:22 +silent +\d+ s ago /)
  const early = await switchover('approve', 'compute-01', '--reason', 'I read it', '--yes')
  expect(early).toMatchObject({ code: 1, stdout: expect.stringMatching(/^approve of olga refused: /) })

  expect(await switchover('arm', 'rack-1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("'-r, --reason <text>'")
  })
  expect(await switchover('arm', 'rack-1', '--reason', 'reviewed', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^segments +rack-1 +armed +by the word for this segment\n/)
  })
  await until('the recovery to end', 60_000, async () => {
    const { stdout } = await switchover('show', 'compute-01')
    return /^compute-01 +recovered /.test(stdout) ? stdout : undefined
  })
  expect(guests.map(({ id }) => whereRunning(emulator.world, id))).toEqual(guests.map(() => ['compute-03']))
  const after = await switchover('status')
  expect(after).toMatchObject({ code: 2, stdout: expect.stringMatching(/! rack-1 has no spare left.*; compute-03: /) })
  expect(after.stdout).toMatch(/24 hours +compute-01 +recovered .*, 2 servers moved\n$/)
  const cancelled = await switchover('cancel', 'compute-01', '--reason', 'too late')
  expect(cancelled).toMatchObject({ code: 1, stderr: expect.stringContaining('The recovery has ended') })
  await service.stop()
  undo.pop()
  expect(await switchover('status')).toMatchObject({ code: 3, stderr: expect.stringContaining('connection refused') })
}, 180_000)
