import { existsSync } from 'node:fs'
import { type ConfiguredAccess, loadAccess } from '../../config/access.ts'
import { readText } from '../../config/read-text.ts'
import type { Environment } from '../../config/read-yaml.ts'
import { ConfigError } from '../../errors.ts'

/** What was said on the command line of where the service is, and who speaks. */
export interface AccessWords {
  readonly url?: string
  readonly config?: string
  readonly tokenFile?: string
  readonly as?: string
  readonly ca?: string
}

/** The service, and the token to speak with. Each says where it was found, for what is said when it is wrong. */
export interface Access {
  /** Without a slash at its end. */
  readonly url: string
  readonly urlFrom: string
  readonly token: string
  readonly tokenFrom: string
  /** PEM; the system's authorities if not given. */
  readonly ca?: string
}

const usualFile = 'switchover.yaml'
const command = 'the service'

/** A word of the command line wins over the environment, and that over the file; a token is never taken from the command line. Throws ConfigError. */
export function accessOf(words: AccessWords, env: Environment, mayAct: boolean): Access {
  const { ca = env.SWITCHOVER_CA } = words
  const place = placeOf(words, env)
  return {
    ...place.at,
    ...tokenOf(words, env, place, mayAct),
    ...(ca === undefined || ca === '' ? {} : { ca: readAuthorities(ca) })
  }
}

interface ReadFile extends ConfiguredAccess {
  readonly name: string
}

interface Place {
  readonly at: Pick<Access, 'url' | 'urlFrom'>
  readonly file?: ReadFile
}

function placeOf(words: AccessWords, env: Environment): Place {
  const { url, config, as } = words
  const file = (name: string): ReadFile => ({ name, ...loadAccess(name, env) })
  const known = config === undefined ? undefined : file(config)
  const withFile = known === undefined ? {} : { file: known }
  if (url !== undefined) return { at: { url: checkedUrl(url, '--url'), urlFrom: '--url' }, ...withFile }
  if (known !== undefined) return { at: listening(known), file: known }
  const { SWITCHOVER_URL: fromEnv = '' } = env
  if (fromEnv !== '') return { at: { url: checkedUrl(fromEnv, 'SWITCHOVER_URL'), urlFrom: 'SWITCHOVER_URL' } }
  if (!existsSync(usualFile) && as === undefined)
    throw new ConfigError(command, [
      `it is not known where it is: set SWITCHOVER_URL and SWITCHOVER_TOKEN, or name its configuration with --config (there is no ${usualFile} here)`
    ])
  const other = otherToken(words, env)
  if (other !== undefined)
    throw new ConfigError(command, [
      `it is not known where it is: ${other} is not sent to whatever address stands in a ${usualFile} that happens to lie here. Set SWITCHOVER_URL, or name the file with --config`
    ])
  const usual = file(usualFile)
  return { at: listening(usual), file: usual }
}

/** Where a token would come from that the file of the current folder has not given. */
function otherToken({ tokenFile, as }: AccessWords, env: Environment): string | undefined {
  if (tokenFile !== undefined) return 'the token of --token-file'
  if (as !== undefined) return undefined
  const name = ['SWITCHOVER_TOKEN', 'SWITCHOVER_TOKEN_FILE'].find(one => (env[one] ?? '') !== '')
  return name === undefined ? undefined : `the token of ${name}`
}

function checkedUrl(text: string, from: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ConfigError(from, ['must be an http:// or https:// URL'])
  if (url.username !== '' || url.password !== '')
    throw new ConfigError(from, ['must hold no token, for it is shown: put that into SWITCHOVER_TOKEN'])
  return `${url.origin}${url.pathname.replace(/(\/v1)?\/*$/, '')}`
}

/** From here: what listens on all addresses listens on the loopback. */
function listening({ name, listen: { host, port } }: ReadFile): Place['at'] {
  const near = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  const address = near.includes(':') ? `[${near}]` : near
  return { url: `http://${address}:${port}`, urlFrom: `listen in ${name}` }
}

function tokenOf(
  { tokenFile, as }: AccessWords,
  env: Environment,
  { at, file }: Place,
  mayAct: boolean
): Pick<Access, 'token' | 'tokenFrom'> {
  if (tokenFile !== undefined) return fromFile(tokenFile, '--token-file')
  if (as !== undefined) return named(as, file)
  const { SWITCHOVER_TOKEN: token = '', SWITCHOVER_TOKEN_FILE: path = '' } = env
  if (token !== '') return { token: checkedToken(token, 'SWITCHOVER_TOKEN'), tokenFrom: 'SWITCHOVER_TOKEN' }
  if (path !== '') return fromFile(path, 'SWITCHOVER_TOKEN_FILE')
  if (file !== undefined) return onlyOne(file, mayAct)
  throw new ConfigError(`${command} at ${at.url} (${at.urlFrom})`, [
    'it wants a token: set SWITCHOVER_TOKEN, or SWITCHOVER_TOKEN_FILE or --token-file to a file with it'
  ])
}

function fromFile(path: string, from: string): Pick<Access, 'token' | 'tokenFrom'> {
  return { token: checkedToken(readText(path).trim(), path), tokenFrom: `${path} (${from})` }
}

/** It becomes a header: one line, and nothing that would end it. */
function checkedToken(token: string, from: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new ConfigError(from, [token === '' ? 'is empty' : 'must hold the token alone: one line, without blanks'])
}

function named(name: string, file: ReadFile | undefined): Pick<Access, 'token' | 'tokenFrom'> {
  if (file === undefined) throw new ConfigError('--as', ['names a token of the configuration: give that with --config'])
  const found = file.operators.find(operator => operator.name === name)
  if (found !== undefined) return ofOperator(found, file)
  const others = file.operators.map(operator => operator.name).join(', ') || 'none'
  throw new ConfigError(file.name, [
    ...file.mistakes,
    `auth.operators has no token ${name} that can be used, only: ${others}`
  ])
}

/** A deed is its token's, so nobody is taken for somebody else: where several could be meant, it must be said who speaks. */
function onlyOne(file: ReadFile, mayAct: boolean): Pick<Access, 'token' | 'tokenFrom'> {
  const able = file.operators.filter(({ role }) => !mayAct || role === 'operator')
  const [one] = mayAct ? able : [...able.filter(({ role }) => role === 'viewer'), ...able]
  if (one !== undefined && (!mayAct || able.length === 1)) return ofOperator(one, file)
  const names = able.map(({ name }) => name).join(', ')
  throw new ConfigError(file.name, [
    ...file.mistakes,
    able.length === 0
      ? 'auth.operators has no token that could be used for this: set SWITCHOVER_TOKEN'
      : `who speaks? Set SWITCHOVER_TOKEN, or say --as with one of: ${names}`
  ])
}

function ofOperator(
  { name, secret }: ReadFile['operators'][number],
  file: ReadFile
): Pick<Access, 'token' | 'tokenFrom'> {
  return { token: secret, tokenFrom: `${name} in ${file.name}` }
}

function readAuthorities(path: string): string {
  const text = readText(path)
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new ConfigError(path, ['has no certificate (PEM)'])
}
