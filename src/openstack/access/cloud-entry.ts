import { join } from 'node:path'
import { ConfigError, messageOf } from '../../errors.ts'
import type { Credential, Scope } from './auth-body.ts'
import { type Entry, isEntry, type Surroundings } from './cloud-files.ts'
import { credentialOf, scopeOf } from './credentials.ts'
import type { TlsSettings } from './tls.ts'

/** How to reach a cloud and as whom. Holds secrets: never log it. */
export interface CloudSettings {
  readonly name: string
  readonly authUrl: string
  readonly credential: Credential
  readonly scope?: Scope
  readonly region?: string
  /** In order of preference. */
  readonly interfaces: readonly string[]
  readonly tls: TlsSettings
  /** URL by service type; wins over the catalog. */
  readonly endpointOverrides: Readonly<Record<string, string>>
}

type Mistake = (message: string) => void

/** One cloud's entry, checked. `source` says in messages where it stands. Throws ConfigError with all its mistakes. */
export function settingsOf(around: Surroundings, name: string, source: string, raw: Entry): CloudSettings {
  const mistakes: string[] = []
  const mistake: Mistake = message => void mistakes.push(message)
  const entry = underscored(raw)
  const get = authReader(entry)
  const authUrl = urlOf(get('auth_url'), 'auth.auth_url', mistake)
  const fields = { type: textOf(entry.auth_type ?? entry.auth_plugin), get, mistake }
  const credential = credentialOf(fields)
  const scope = scopeOf(fields, credential)
  const region = textOf(entry.region_name)
  const version = textOf(entry.identity_api_version)
  if (version !== undefined && !version.startsWith('3')) mistake(`identity_api_version: ${version} is too old, use 3`)
  const rest = {
    interfaces: interfacesOf(entry, mistake),
    tls: tlsOf(entry, around, mistake),
    endpointOverrides: overridesOf(entry, mistake)
  }
  if (mistakes.length > 0 || authUrl === undefined || credential === undefined) throw new ConfigError(source, mistakes)
  return {
    name,
    authUrl,
    credential,
    ...(scope === undefined ? {} : { scope }),
    ...(region === undefined ? {} : { region }),
    ...rest
  }
}

const olderNames: Readonly<Record<string, string>> = {
  project_id: 'tenant_id',
  project_name: 'tenant_name',
  token: 'auth_token',
  default_domain_id: 'default_domain'
}

/** A value beside `auth` wins over the one in it, as with other clients. */
function authReader(entry: Entry): (key: string) => string | undefined {
  const auth = underscored(isEntry(entry.auth) ? entry.auth : {})
  const read = (key: string) => textOf(entry[key]) ?? textOf(auth[key])
  return key => {
    const older = olderNames[key]
    return read(key) ?? (older === undefined ? undefined : read(older))
  }
}

function urlOf(url: string | undefined, key: string, mistake: Mistake): string | undefined {
  if (url === undefined) mistake(`${key} is missing`)
  else if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url)) return url
  else mistake(`${key}: ${url} is no http:// or https:// URL`)
  return undefined
}

function interfacesOf(entry: Entry, mistake: Mistake): string[] {
  const wanted = entry.interface ?? entry.endpoint_type ?? 'public'
  const names = (Array.isArray(wanted) ? wanted : [wanted]).map(each => String(each).replace(/URL$/, ''))
  for (const name of names) {
    if (!['public', 'internal', 'admin'].includes(name)) mistake(`interface: ${name} is not public, internal or admin`)
  }
  return names
}

/** `<type>_endpoint_override`, the type written with underscores. */
function overridesOf(entry: Entry, mistake: Mistake): Record<string, string> {
  const overrides: Record<string, string> = {}
  for (const [key, value] of Object.entries(entry)) {
    const type = /^(.+)_endpoint_override$/.exec(key)?.[1]?.replaceAll('_', '-')
    const url = type === undefined || textOf(value) === undefined ? undefined : urlOf(textOf(value), key, mistake)
    if (type !== undefined && url !== undefined) overrides[type] = url
  }
  return overrides
}

/** `insecure: true` or `verify: false` switch checking off even when there is a cacert. */
function tlsOf(entry: Entry, around: Surroundings, mistake: Mistake): TlsSettings {
  const [ca, cert, key] = ['cacert', 'cert', 'key'].map(name => pemOf(entry, name, around, mistake))
  const verify = textOf(entry.insecure)?.toLowerCase() !== 'true' && textOf(entry.verify)?.toLowerCase() !== 'false'
  if (cert !== undefined && key === undefined && !cert.includes('PRIVATE KEY')) mistake('key: cert needs its key')
  if (key !== undefined && cert === undefined) mistake('cert: key needs its cert')
  const privateKey = key ?? (cert?.includes('PRIVATE KEY') === true ? cert : undefined)
  return {
    verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(privateKey === undefined ? {} : { key: privateKey })
  }
}

function pemOf(entry: Entry, name: string, around: Surroundings, mistake: Mistake): string | undefined {
  const path = textOf(entry[name])
  if (path === undefined) return undefined
  const home = around.env.HOME
  const expanded = path.startsWith('~/') && home ? join(home, path.slice(2)) : path
  try {
    const text = around.readFile(expanded)
    if (text?.includes('-----BEGIN ') === true) return text
    mistake(`${name}: ${path} ${text === undefined ? "can't be read: there is no such file" : 'is no PEM file'}`)
  } catch (error) {
    mistake(`${name}: ${path} can't be read: ${messageOf(error)}`)
  }
  return undefined
}

/** Hyphens in keys are read as underscores. */
function underscored(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key.replaceAll('-', '_'), value]))
}

/** YAML reads some names and passwords as numbers or booleans. Empty is as good as missing. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
