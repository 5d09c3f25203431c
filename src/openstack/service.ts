import type { Clock, MachineTime } from '../clock.ts'
import type { Sent } from '../controller/ports/ports.ts'
import { CloudError } from '../errors.ts'
import { findEndpoint, regionsOf } from './access/catalog.ts'
import { readAgain } from './access/retry.ts'
import { refusal, silence } from './access/translate.ts'
import type { CloudSettings } from './clouds.ts'
import { type Call, NoReply, type Reply, type Transport } from './request.ts'
import type { Session, Token } from './session.ts'

/** One service of the cloud, as its adapter speaks to it. Throws CloudError. */
export interface Service {
  /** Repeated with pauses until an answer comes or `timeoutMs` is over; the body is JSON. */
  get<T>(path: string, options?: GetOptions): Promise<Answer<T>>
  /** Sent once; only a 401, which comes before anything is done, is answered with a new token and a second try. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, options?: SendOptions): Promise<Sent>
  /** Its URL; undefined when the catalog has none. */
  endpoint(signal?: AbortSignal): Promise<string | undefined>
}

export interface Answer<T> {
  readonly body: T
  /** The service's clock, ms; undefined when it sent no Date. */
  readonly dateMs?: number
}

export type Headers = Readonly<Record<string, string>>

export interface SendOptions {
  /** A function is asked within the call's own time. */
  readonly headers?: Headers | ((signal: AbortSignal) => Promise<Headers>)
  readonly signal?: AbortSignal | undefined
}

export interface GetOptions extends SendOptions {
  readonly query?: Readonly<Record<string, string | number>> | undefined
  /** All tries together; default 30 s. */
  readonly timeoutMs?: number
}

export interface ServiceKind {
  /** For messages. */
  readonly name: 'Nova' | 'Placement' | 'Aodh' | 'Neutron' | 'Cinder' | 'Glance' | 'Gnocchi' | 'Ironic'
  /** Catalog type and aliases, the best first. */
  readonly types: readonly string[]
  /** From the catalog's URL to the one that paths are appended to. */
  readonly base: (url: string, project: string) => string
}

export interface Access {
  readonly settings: CloudSettings
  readonly session: Session
  /** Whose tokens go with commands, if others do than with what only reads. */
  readonly commands?: Session
  readonly transport: Transport
  readonly clock: Clock
  readonly machine: MachineTime
}

const readTimeoutMs = 30_000
/** So long after it was given a command can still be on its way: logging in, versions and both tries included. */
export const commandTimeoutMs = 60_000

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly options: SendOptions
  readonly body?: unknown
}

export function createService(kind: ServiceKind, access: Access): Service {
  const { transport, clock } = access
  const exchange = async (request: Request, timeoutMs: number): Promise<Reply> => {
    const { signal, headers } = request.options
    const session = request.method === 'GET' ? access.session : (access.commands ?? access.session)
    const deadlineMs = clock.now() + timeoutMs
    const inTime = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)))
    const waiting = signal === undefined ? inTime : AbortSignal.any([signal, inTime])
    const attempt = async (token: Token) => {
      const ready = typeof headers === 'function' ? await headers(waiting) : headers
      return transport.exchange(
        callOf(kind, access, token, request, ready, Math.min(timeoutMs, deadlineMs - clock.now()))
      )
    }
    const token = await session.token(waiting)
    const reply = await attempt(token)
    return reply.status === 401 ? attempt(await session.renew(token, waiting)) : reply
  }
  const fail = ({ method, path }: Request, reply: Reply) =>
    refusal({ service: kind.name, method, path, reply, isCommand: method !== 'GET' })

  return {
    async get<T>(path: string, options: GetOptions = {}) {
      const request: Request = { method: 'GET', path: path + queryOf(options.query), options }
      const { timeoutMs = readTimeoutMs, signal } = options
      const reply = await readAgain({ service: kind.name, path: request.path, timeoutMs, clock, signal }, left =>
        exchange(request, left)
      )
      if (!isSuccess(reply)) throw fail(request, reply)
      const body = jsonOf<T>(kind, request.path, reply)
      return reply.dateMs === undefined ? { body } : { body, dateMs: reply.dateMs }
    },
    async send(method, path, body, options = {}) {
      const request: Request = { method, path, options, body }
      const reply = await exchange(request, commandTimeoutMs).catch((error: unknown) => {
        throw error instanceof NoReply ? silence(kind.name, method, path, error) : error
      })
      if (!isSuccess(reply)) throw fail(request, reply)
      return reply.requestId === undefined ? {} : { requestId: reply.requestId }
    },
    async endpoint(signal) {
      return endpointOf(kind, access, await access.session.token(signal))
    }
  }
}

/** Throws CloudError `unsupported` when the catalog does not have the service. */
function callOf(
  kind: ServiceKind,
  access: Access,
  token: Token,
  request: Request,
  headers: Headers | undefined,
  timeoutMs: number
): Call {
  const endpoint = endpointOf(kind, access, token)
  if (endpoint === undefined) throw new CloudError('unsupported', missing(kind, access.settings, token))
  const { method, path, options, body } = request
  return {
    service: kind.name.toLowerCase(),
    method,
    url: endpoint + path,
    headers: { accept: 'application/json', 'x-auth-token': token.id, ...headers },
    ...(body === undefined ? {} : { body }),
    timeoutMs,
    signal: options.signal,
    isCommand: method !== 'GET',
    secrets: [token.id]
  }
}

function endpointOf(kind: ServiceKind, { settings }: Access, token: Token): string | undefined {
  const overridden = kind.types.map(type => settings.endpointOverrides[type]).find(url => url !== undefined)
  const { interfaces, region } = settings
  const url = overridden ?? findEndpoint(token.catalog, { types: kind.types, interfaces, region })
  return url === undefined ? undefined : kind.base(url, token.project?.id ?? '')
}

function missing(kind: ServiceKind, settings: CloudSettings, token: Token): string {
  const region = settings.region === undefined ? '' : ` in region ${settings.region}`
  const regions = regionsOf(token.catalog)
  const known = regions.length === 0 ? 'the catalog is empty' : `its regions are ${regions.join(', ')}`
  const kindOf = `${settings.interfaces.join(' or ')} endpoint of type ${kind.types.join(' or ')}`
  return `${kind.name}: the catalog has no ${kindOf}${region}; ${known}`
}

function isSuccess(reply: Reply): boolean {
  return reply.status >= 200 && reply.status < 300
}

function jsonOf<T>(kind: ServiceKind, path: string, reply: Reply): T {
  try {
    return JSON.parse(reply.text) as T
  } catch {
    throw new CloudError('unreachable', `${kind.name} answered GET ${path} with something that is no JSON`)
  }
}

function queryOf(query: GetOptions['query']): string {
  if (query === undefined) return ''
  const pairs = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)])
  return `?${new URLSearchParams(pairs)}`
}

/**
 * The list below `key` of an answer. A service that leaves it out has not said that there is nothing:
 * throws CloudError `unreachable`.
 */
export function listOf<Row>(service: string, body: unknown, key: string): readonly Row[] {
  const list = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined
  if (Array.isArray(list)) return list as Row[]
  throw new CloudError('unreachable', `${service} answered without "${key}"`)
}
