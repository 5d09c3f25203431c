import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from '@jest/globals'
import { createProbe } from '../../src/evidence/create-probe.ts'

const folder = mkdtempSync(join(tmpdir(), 'probe-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A program of the operator's. */
function program(name: string, script: string, mode = 0o755): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, mode)
  return path
}

const probe = createProbe({ timeoutMs: 10_000 })

async function ask(command: string[], { timeoutMs = 10_000, address = '10.0.0.1', signal }: Options = {}) {
  const source = { kind: 'exec', name: 'storage', command, beside: 'network', hosts: {}, timeoutMs } as const
  return await probe.ask(source, 'compute-01', address === '' ? undefined : address, signal)
}

interface Options {
  readonly timeoutMs?: number
  readonly address?: string
  readonly signal?: AbortSignal
}

test.each([
  [0, 'alive'],
  [10, 'silent'],
  [1, 'unknown'],
  [2, 'unknown'],
  [126, 'unknown'],
  [127, 'unknown']
])('exit status %i means %s', async (code, says) => {
  expect(await ask([program(`exit-${code}`, `exit ${code}`)])).toMatchObject({ says })
})

test('its first line is told, without what would spoil a log', async () => {
  const path = program('says', String.raw`printf 'beat 3 s ago\033[31m\nmore\n'`)
  expect(await ask([path])).toEqual({ says: 'alive', detail: 'beat 3 s ago[31m' })
  const wrong = program('complains', 'echo no such lease; exit 4')
  expect(await ask([wrong])).toEqual({ says: 'unknown', detail: 'exit status 4: no such lease' })
})

test('what it complains of on stderr is told where stdout is empty', async () => {
  const wrong = program('stderr', 'echo "no such lease" >&2; echo more >&2; exit 1')
  expect(await ask([wrong])).toEqual({ says: 'unknown', detail: 'exit status 1: no such lease' })
  const both = program('both', 'echo loud >&2; echo "beat 3 s ago"')
  expect(await ask([both])).toEqual({ says: 'alive', detail: 'beat 3 s ago' })
})

test('a program that cannot be started is said with what to mend', async () => {
  const crlf = join(folder, 'crlf')
  writeFileSync(crlf, '#!/bin/sh\r\nexit 0\r\n', { mode: 0o755 })
  const lost = join(folder, 'lost')
  writeFileSync(lost, '#!/opt/no/such/shell\nexit 0\n', { mode: 0o755 })
  const plain = program('plain', 'exit 0', 0o644)
  const details = [crlf, lost, plain, join(folder, 'nothing')].map(async path => (await ask([path])).detail)
  expect(await Promise.all(details)).toEqual([
    expect.stringContaining('ends its lines with CR LF'),
    expect.stringContaining('names the interpreter /opt/no/such/shell, which is not there'),
    expect.stringContaining('chmod +x'),
    `there is no ${join(folder, 'nothing')}`
  ])
})

test('host and address are filled in as they are: there is no shell', async () => {
  const path = program('args', 'for a in "$@"; do printf "<%s>" "$a"; done')
  expect(await ask([path, '{host}', 'at {address};', '$(id)', '*'])).toEqual({
    says: 'alive',
    detail: '<compute-01><at 10.0.0.1;><$(id)><*>'
  })
  expect(await ask([path, '{address}'], { address: '' })).toEqual({
    says: 'unknown',
    detail: 'no address of compute-01 is known'
  })
})

test('its environment holds the host, and nothing of ours', async () => {
  process.env.SWITCHOVER_TEST_SECRET = 'hidden'
  const path = program('env', 'env | sort | cut -d= -f1 | grep -v -e ^PWD -e ^SHLVL -e ^_ | tr "\\n" " "; exit 0')
  expect((await ask([path])).detail.trim()).toBe('LC_ALL PATH SWITCHOVER_ADDRESS SWITCHOVER_HOST')
  delete process.env.SWITCHOVER_TEST_SECRET
})

test('what cannot be started is unknown', async () => {
  expect(await ask([join(folder, 'missing')])).toMatchObject({
    says: 'unknown',
    detail: expect.stringContaining('there is no ')
  })
  const path = program('forbidden', 'exit 0', 0o644)
  expect(await ask([path])).toMatchObject({ says: 'unknown', detail: expect.stringContaining('chmod +x') })
})

test('one that does not end is killed with all that it started, and is unknown', async () => {
  const pids = join(folder, 'pids')
  const path = program('hangs', `sleep 600 &\necho $! > ${pids}.part; mv ${pids}.part ${pids}; wait`)
  expect(await ask([path], { timeoutMs: 1500 })).toMatchObject({
    says: 'unknown',
    detail: 'no end within 1500 ms'
  })
  expect(await isGone(Number(readFileSync(pids, 'utf8')))).toBe(true)
})

test('so is one that nobody wants to know of any more', async () => {
  const abort = new AbortController()
  const begun = join(folder, 'begun')
  const asked = ask([program('slow', `touch ${begun}; exec sleep 600`)], { timeoutMs: 60_000, signal: abort.signal })
  while (!existsSync(begun)) await delay(20)
  abort.abort()
  expect(await asked).toEqual({ says: 'unknown', detail: 'given up' })
  expect(await ask(['/bin/true'], { signal: abort.signal })).toEqual({ says: 'unknown', detail: 'given up' })
})

test('one that writes without end is killed, and is unknown', async () => {
  expect(await ask([program('babbles', 'exec yes')], { timeoutMs: 60_000 })).toMatchObject({
    says: 'unknown',
    detail: expect.stringContaining('of output')
  })
})

test('one that dies by a signal is unknown', async () => {
  expect(await ask([program('dies', 'kill -SEGV $$')])).toEqual({ says: 'unknown', detail: 'ended by SIGSEGV' })
})

async function isGone(pid: number): Promise<boolean> {
  for (let look = 0; look < 200; look++) {
    try {
      // Killed, its parent has yet to collect it: a zombie runs no more.
      if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) return true
    } catch {
      return true
    }
    await delay(50)
  }
  return false
}
