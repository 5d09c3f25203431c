import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { createProbe } from '../../src/evidence/create-probe.ts'

// Loopback answers every echo, and what lies outside is not ours to ask: the program is a fake.
const folder = mkdtempSync(join(tmpdir(), 'ping-'))
afterAll(() => rmSync(folder, { recursive: true }))

const told = join(folder, 'told')

function fake(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\necho "$*" > ${told}\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

async function ask(ping: string, address = '10.0.0.1', timeoutMs = 2000) {
  return await createProbe({ timeoutMs: 9000, ping }).ask({ kind: 'icmp', hosts: {}, timeoutMs }, 'compute-01', address)
}

test.each([
  [0, 'alive', '10.0.0.1: answered an echo'],
  [1, 'silent', '10.0.0.1: no echo within 2 s'],
  [2, 'unknown', '10.0.0.1: ping could not ask (exit status 2)']
])('exit status %i of ping means %s', async (code, says, detail) => {
  expect(await ask(fake(`exit-${code}`, `exit ${code}`))).toEqual({ says, detail })
})

test('it is told to wait as long as the source may take, and asked for an address, never for an option', async () => {
  const path = fake('well', 'exit 0')
  await ask(path, 'fe80::1', 5000)
  expect(readFileSync(told, 'utf8')).toBe('-n -q -c 2 -i 0.5 -W 5 -- fe80::1\n')
  expect(await ask(path, '-f')).toEqual({ says: 'unknown', detail: '-f is no address' })
  // An address with a port is one for the other sources.
  await ask(path, '10.0.0.7:2222', 800)
  expect(readFileSync(told, 'utf8')).toBe('-n -q -c 2 -i 0.5 -W 1 -- 10.0.0.7\n')
})

test('without the program nothing is known', async () => {
  expect(await ask(join(folder, 'missing'))).toMatchObject({
    says: 'unknown',
    detail: expect.stringContaining('there is no ')
  })
})

test('a ping that does not end is unknown', async () => {
  expect(await ask(fake('hangs', 'exec sleep 600'), '10.0.0.1', 500)).toMatchObject({ says: 'unknown' })
})
