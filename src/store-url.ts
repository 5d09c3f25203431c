import { ConfigError } from './errors.ts'

export interface Host {
  readonly host: string
  readonly port: number
}

/** Where a database server is, and as whom. `hosts` are tried in this order. */
/** As people write it. */
export function nameOf({ host, port }: Host): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

export interface ServerAddress {
  readonly kind: 'mysql' | 'postgres'
  readonly hosts: readonly Host[]
  readonly user: string
  readonly password: string
  readonly database: string
  readonly tls: TlsDemand
  /** The address without the password, for people. */
  readonly shown: string
}

/**
 * `required`: encrypted, and with `ca` the certificate must be signed by one in that file; `verified`: also made out for the
 * host's name.
 */
export interface TlsDemand {
  readonly mode: 'off' | 'required' | 'verified'
  /** A file, PEM. */
  readonly ca?: string
}

/** For people. */
export const addressShapes =
  'mysql://USER:PASSWORD@HOST:PORT/DATABASE or postgres://… (several hosts: HOST:PORT,HOST:PORT)'

const defaultPorts = { mysql: 3306, postgres: 5432 }
// A password out of a variable may hold anything: it ends at the last @.
const shape = /^(mysql|mariadb|postgres|postgresql):\/\/([^:@/]+)(?::(.*))?@([^@/]+)\/([^/?#@]+)(?:\?([^@]*))?$/s

/** The path of a file store's URL; undefined when it is none. */
export function pathOfStore(url: string): string | undefined {
  const path = /^file:(.+)$/is.exec(url)?.[1]
  return path?.replace(/^\/\/(?=\/)/, '')
}

/** The address in a URL like `mysql://USER:PASSWORD@HOST[:PORT][,HOST…]/DATABASE[?tls=…&ca=…]`; undefined if it names no server. Throws ConfigError. */
export function addressOf(url: string): ServerAddress | undefined {
  if (!/^(mysql|mariadb|postgres|postgresql):/.test(url)) return undefined
  const [, scheme, user, password, hosts, database, options] = shape.exec(url) ?? []
  if (scheme === undefined || user === undefined || hosts === undefined || database === undefined) throw malformed()
  const kind = scheme.startsWith('postgres') ? 'postgres' : 'mysql'
  const name = decode(database)
  return {
    kind,
    hosts: hosts.split(',').map(text => hostOf(text, defaultPorts[kind])),
    user: decode(user),
    password: decode(password ?? ''),
    database: name,
    tls: tlsOf(options ?? ''),
    shown: `${kind}://${user}@${hosts}/${name}`
  }
}

function hostOf(text: string, defaultPort: number): Host {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined) throw malformed()
  return { host, port: port === undefined ? defaultPort : Number(port) }
}

/** What other programs call it. */
const otherNames = /^(?:ssl|sslmode|ssl-mode|ssl_mode|sslrootcert|ssl-ca)$/i

function tlsOf(text: string): TlsDemand {
  const options = new URLSearchParams(text)
  const mistakes = [...options.keys()].flatMap(name => {
    if (otherNames.test(name))
      return [`${name} is written tls=required or tls=verified here, and a file of certificates ca=/etc/ssl/…pem`]
    if (name !== 'tls' && name !== 'ca') return ['knows the options tls=off|required|verified and ca=FILE only']
    return options.getAll(name).length > 1 ? [`has the option ${name} twice`] : []
  })
  const ca = options.get('ca') ?? undefined
  const mode = options.get('tls') ?? (ca === undefined ? 'off' : 'verified')
  if (mode !== 'off' && mode !== 'required' && mode !== 'verified')
    mistakes.push('tls must be off, required or verified')
  else if (mode === 'off' && ca !== undefined) mistakes.push('has ca=…, which is of no use with tls=off')
  else if (ca === '') mistakes.push('ca must name a file')
  else if (mistakes.length === 0) return { mode, ...(ca !== undefined && { ca }) }
  throw new ConfigError('store.url', [...new Set(mistakes)])
}

/** `%40` is an @, as in every URL; a lone % is itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Says nothing of what was written, for a password is in it. */
function malformed(): ConfigError {
  return new ConfigError('store.url', [`must be like ${addressShapes}`])
}
