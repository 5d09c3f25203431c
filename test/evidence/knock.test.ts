import type { AddressInfo, Server, Socket } from 'node:net'
import net from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import type { AliveSource } from '../../src/core/segment.ts'
import { createProbe } from '../../src/evidence/create-probe.ts'
import { parseAddress, wordOfFailure } from '../../src/evidence/knock.ts'

const servers: Server[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))))
})

async function listen(greet: (socket: Socket) => void, address = '127.0.0.1'): Promise<number> {
  const server = net.createServer(socket => {
    sockets.push(socket.on('error', () => undefined))
    greet(socket)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, address, resolve))
  return (server.address() as AddressInfo).port
}

function source(kind: 'ssh' | 'tcp', port: number, hosts: Record<string, string> = {}): AliveSource {
  return { kind, port, hosts }
}

const probe = createProbe({ timeoutMs: 300 })
const quiet = () => undefined

test('an ssh greeting is a sign of life', async () => {
  const port = await listen(socket => socket.write('SSH-2.0-OpenSSH_9.2\r\n'))
  expect(await probe.ask(source('ssh', port), 'node-1', '127.0.0.1')).toEqual({
    says: 'alive',
    detail: `127.0.0.1:${port}: greeted with SSH-2.0-OpenSSH_9.2`
  })
})

test('a greeting in pieces and after a banner is one too', async () => {
  const port = await listen(socket => {
    socket.write('Authorised use only.\r\nS')
    setImmediate(() => socket.write('SH-2.0-x\r\n'))
  })
  expect(await probe.ask(source('ssh', port), 'node-1', '127.0.0.1')).toMatchObject({ says: 'alive' })
})

test('for ssh a host that takes the connection and says nothing is silent: so does a kernel that hangs', async () => {
  const port = await listen(quiet)
  expect(await probe.ask(source('ssh', port), 'node-1', '127.0.0.1')).toEqual({
    says: 'silent',
    detail: `127.0.0.1:${port}: connected, but no greeting within 300 ms`
  })
})

test.each<[string, (socket: Socket) => void, string]>([
  ['closes at once', socket => socket.end(), 'closed without a greeting'],
  ['resets', socket => socket.resetAndDestroy(), 'reset'],
  ['speaks something else', socket => socket.end('220 mail SSH-2.0\r\n'), 'closed without a greeting'],
  ['babbles', socket => socket.write('x'.repeat(20_000)), 'connected, but it does not speak ssh']
])('for ssh a host that %s is neither alive nor silent', async (_, greet, why) => {
  const port = await listen(greet)
  expect(await probe.ask(source('ssh', port), 'node-1', '127.0.0.1')).toEqual({
    says: 'unknown',
    detail: `127.0.0.1:${port}: ${why}: something answers there, but not this service`
  })
})

test('for tcp a connection is enough', async () => {
  const port = await listen(quiet)
  expect(await probe.ask(source('tcp', port), 'node-1', '127.0.0.1')).toMatchObject({ says: 'alive' })
})

test('a refused connection is no silence: a kernel has answered', async () => {
  const port = await listen(quiet)
  await new Promise(resolve => servers.pop()?.close(resolve))
  for (const kind of ['ssh', 'tcp'] as const) {
    expect(await probe.ask(source(kind, port), 'node-1', '127.0.0.1')).toEqual({
      says: 'unknown',
      detail: `127.0.0.1:${port}: refused: something answers there, but not this service`
    })
  }
})

test.each([
  [['ETIMEDOUT'], 'silent'],
  [['EHOSTUNREACH'], 'silent'],
  [['EHOSTDOWN'], 'silent'],
  [['ENETUNREACH'], 'unknown'],
  [['ENETDOWN'], 'unknown'],
  [['ENOTFOUND'], 'unknown'],
  [['EACCES'], 'unknown'],
  [['ECONNREFUSED'], 'unknown'],
  [['ETIMEDOUT', 'EHOSTUNREACH'], 'silent'],
  [['ETIMEDOUT', 'ENETUNREACH'], 'unknown'],
  [['ETIMEDOUT', 'ECONNREFUSED'], 'unknown']
])('a name whose addresses fail with %j is %s', (codes, says) => {
  const failures = codes.map(code => Object.assign(new Error(code), { code }))
  const error = failures.length === 1 && failures[0] !== undefined ? failures[0] : new AggregateError(failures)
  expect(wordOfFailure(error)).toMatchObject({ says })
})

test('what cannot be asked is unknown', async () => {
  const ask = (address?: string, signal?: AbortSignal) => probe.ask(source('tcp', 22), 'node-1', address, signal)
  expect(await ask()).toMatchObject({ says: 'unknown' })
  expect(await ask('no such address')).toMatchObject({ says: 'unknown' })
  expect(await ask('host.invalid')).toMatchObject({ says: 'unknown' })
  expect(await ask('127.0.0.1:99999')).toMatchObject({ says: 'unknown' })
  expect(await ask('127.0.0.1', AbortSignal.abort())).toMatchObject({ says: 'unknown' })
})

test('an aborted question is unknown', async () => {
  const abort = new AbortController()
  const port = await listen(() => abort.abort())
  const patient = createProbe({ timeoutMs: 60_000 })
  expect(await patient.ask(source('ssh', port), 'node-1', '127.0.0.1', abort.signal)).toMatchObject({ says: 'unknown' })
})

test('the address of a host can be given with the source, with a port or without', async () => {
  const port = await listen(quiet)
  expect(await probe.ask(source('tcp', 1, { 'node-1': `127.0.0.1:${port}` }), 'node-1', '192.0.2.1')).toMatchObject({
    says: 'alive'
  })
  expect(await probe.ask(source('tcp', port, { 'node-1': '127.0.0.1' }), 'node-1', undefined)).toMatchObject({
    says: 'alive'
  })
})

test.each([
  ['10.0.0.1', { host: '10.0.0.1', port: 22 }],
  ['10.0.0.1:2222', { host: '10.0.0.1', port: 2222 }],
  ['fe80::1', { host: 'fe80::1', port: 22 }],
  ['[fe80::1]', { host: 'fe80::1', port: 22 }],
  ['[fe80::1]:2222', { host: 'fe80::1', port: 2222 }],
  ['node-1.example:2222', { host: 'node-1.example', port: 2222 }],
  ['10.0.0.1:0', undefined],
  ['10.0.0.1:', undefined],
  ['[10.0.0.1]:22', undefined],
  ['1:2:3', undefined],
  ['', undefined]
])('the address %s is understood', (text, expected) => {
  expect(parseAddress(text, 22)).toEqual(expected)
})
