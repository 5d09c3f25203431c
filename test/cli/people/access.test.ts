import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { type AccessWords, accessOf } from '../../../src/cli/people/access.ts'
import type { Environment } from '../../../src/config/read-yaml.ts'
import { pemFile } from '../../openstack/with-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'access-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const alice = '{ name: alice, secret: "${ALICE}", role: operator }'
const bob = '{ name: bob, secret: "a-secret-of-bob-0123", role: operator }'
const victor = '{ name: victor, secret: "a-secret-of-victor-0", role: viewer }'
const configured = (operators: string, listen = '{ host: 127.0.0.1, port: 8787 }') =>
  file(
    'switchover.yaml',
    `listen: ${listen}
auth:
  alarms: { tokens: [{ name: aodh, secret: "\${ALARM}" }] }
  operators: { tokens: [${operators}] }
segments: [{ name: rack-a, hosts: { aggregate: a }, spares: { names: [s] }, storage: shared, fencing: [bmc] }]
fencing: { bmc: { type: redfish, url: "https://{host}", user: u, password: "\${BMC}" } }
`
  )
const env: Environment = { ALICE: 'a-secret-of-alice-01' }
const tokenFile = file('token', 'a-token-in-a-file\n')

const found = (words: AccessWords, more: Environment = {}, mayAct = true) => {
  const { url, token, tokenFrom } = accessOf(words, { ...env, ...more }, mayAct)
  return { url, token, tokenFrom: tokenFrom.replace(`${folder}/`, '') }
}
const theirs = { SWITCHOVER_URL: 'https://switchover.example/x/v1/', SWITCHOVER_TOKEN: 'theirs' }

test('from the environment alone, as on a jump host', () => {
  expect(found({}, theirs)).toEqual({
    url: 'https://switchover.example/x',
    token: 'theirs',
    tokenFrom: 'SWITCHOVER_TOKEN'
  })
  expect(found({}, { ...theirs, SWITCHOVER_TOKEN: '', SWITCHOVER_TOKEN_FILE: tokenFile }).token).toBe(
    'a-token-in-a-file'
  )
  expect(found({ url: 'http://other:1', tokenFile }, theirs)).toMatchObject({
    url: 'http://other:1',
    token: 'a-token-in-a-file'
  })
})

test('from the configuration, though variables that only the service has are not set', () => {
  const config = configured(alice)
  expect(found({ config }, { SWITCHOVER_URL: 'http://elsewhere' })).toEqual({
    ...{ url: 'http://127.0.0.1:8787', token: 'a-secret-of-alice-01', tokenFrom: 'alice in switchover.yaml' }
  })
  expect(found({ config }, theirs)).toMatchObject({ url: 'http://127.0.0.1:8787', token: 'theirs' })
})

test('a configuration that merely lies in the current folder says where to go only to its own tokens', () => {
  configured(`${alice}, ${bob}`)
  const before = process.cwd()
  process.chdir(folder)
  try {
    expect(found({}, { ALICE: undefined })).toEqual({
      ...{ url: 'http://127.0.0.1:8787', token: 'a-secret-of-bob-0123', tokenFrom: 'bob in switchover.yaml' }
    })
    expect(found({ as: 'alice' }, { SWITCHOVER_TOKEN: 'theirs' }).token).toBe('a-secret-of-alice-01')
    for (const [words, more, what] of [
      [{}, { SWITCHOVER_TOKEN: 'theirs' }, 'SWITCHOVER_TOKEN'],
      [{}, { SWITCHOVER_TOKEN_FILE: tokenFile }, 'SWITCHOVER_TOKEN_FILE'],
      [{ tokenFile }, {}, '--token-file']
    ] as const)
      expect(() => found(words, more)).toThrow(
        `the token of ${what} is not sent to whatever address stands in a switchover.yaml that happens to lie here. Set SWITCHOVER_URL, or name the file with --config`
      )
    expect(found({ config: 'switchover.yaml' }, { SWITCHOVER_TOKEN: 'theirs' }).token).toBe('theirs')
  } finally {
    process.chdir(before)
  }
})

test.each([
  ['{ host: 0.0.0.0, port: 1 }', 'http://127.0.0.1:1'],
  ['{ host: "::", port: 1 }', 'http://[::1]:1'],
  ['{ host: "fd00::1", port: 1 }', 'http://[fd00::1]:1'],
  ['{ host: compute.example }', 'http://compute.example:8787']
])('what listens at %s is spoken to at %s', (listen, url) => {
  expect(found({ config: configured(alice, listen) }).url).toBe(url)
})

test('a deed is somebody’s: where several tokens could be meant, it must be said whose', () => {
  const config = configured(`${alice}, ${bob}, ${victor}`)
  expect(() => found({ config })).toThrow('say --as with one of: alice, bob')
  expect(found({ config, as: 'bob' }, theirs)).toMatchObject({ token: 'a-secret-of-bob-0123' })
  expect(() => found({ config, as: 'eve' })).toThrow('has no token eve that can be used, only: alice, bob, victor')
  expect(found({ config }, {}, false)).toMatchObject({ tokenFrom: 'victor in switchover.yaml' })
  expect(() => found({ config: configured(victor) })).toThrow('no token that could be used for this')
})

test('a token whose variable is not set is not taken, and it is said why', () => {
  const config = configured(`${alice}, ${bob}`)
  expect(found({ config }, { ALICE: undefined })).toMatchObject({ token: 'a-secret-of-bob-0123' })
  expect(() => found({ config: configured(alice) }, { ALICE: undefined })).toThrow(
    /auth\.operators\.tokens\[0\]\.secret: the environment variable ALICE is not set/
  )
})

test.each<[string, AccessWords, Environment, string]>([
  ['no URL', { url: 'switchover.example' }, {}, '--url:\n  must be an http:// or https:// URL'],
  ['a token in the URL', { url: 'http://me:secret@x' }, {}, 'must hold no token'],
  ['no token', { url: 'http://x' }, {}, 'the service at http://x (--url):\n  it wants a token: set SWITCHOVER_TOKEN'],
  ['a token of two lines', { url: 'http://x' }, { SWITCHOVER_TOKEN: 'a\nb' }, 'must hold the token alone'],
  ['an empty file', { url: 'http://x', tokenFile: '/dev/null' }, {}, '/dev/null:\n  is empty'],
  ['a file that is not there', { url: 'http://x', tokenFile: '/none' }, {}, "/none:\n  can't be read"],
  ['an authority that is none', { url: 'http://x', tokenFile, ca: '/dev/null' }, {}, 'has no certificate (PEM)'],
  ['--as without a file', { url: 'http://x', as: 'alice' }, {}, 'give that with --config']
])('refused: %s', (_what, words, more, text) => {
  let said = ''
  try {
    accessOf(words, { ...env, ...more }, true)
  } catch (error) {
    said = (error as Error).message
  }
  expect(said).toContain(text)
  expect(said).not.toContain('secret@')
})

test('a wrong address in the file is told', () => {
  expect(() => found({ config: configured(alice, '{ port: many }') })).toThrow('listen.port: must be')
})

test('an authority is read from its file', () => {
  expect(accessOf({ url: 'http://x', tokenFile, ca: pemFile('ca.pem') }, {}, true).ca).toContain('BEGIN CERTIFICATE')
})
