import got, { RequestError, TimeoutError } from 'got'
import type { Clock } from '../clock.ts'
import type { Log } from '../controller/ports/ports.ts'
import { withoutSecrets } from './access/error-body.ts'
import { createAgents, type TlsSettings } from './access/tls.ts'

/** pino has `debug`; a log without it loses only the line per call. */
export interface CallLog extends Log {
  debug?(data: object, message: string): void
}

/** One call, for metrics. `status` is the HTTP status, or `refused`, `timeout`, `aborted`, `tls`, `failed` without one. */
export interface CallReport {
  readonly service: string
  readonly method: string
  readonly status: string
  readonly seconds: number
  /** What went wrong, and where: for no answer, and for one of 400 and above. */
  readonly error?: string
}

export interface Call {
  /** For logs and metrics: nova, keystone … */
  readonly service: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** A deed, which must not share a kept connection. */
  readonly isCommand: boolean
  /** Blotted out where the answer repeats them. */
  readonly secrets: readonly string[]
}

export interface Reply {
  readonly status: number
  readonly text: string
  /** Scheme, host and port that were asked. */
  readonly origin: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly requestId?: string
  /** The service's clock, by its Date header; whole seconds. */
  readonly dateMs?: number
}

/** No answer came. `sent`: the service may have got the request all the same. `again`: it may be worth another try. */
export class NoReply extends Error {
  override readonly name = 'NoReply'
  readonly sent: boolean
  readonly again: boolean
  constructor(message: string, sent: boolean, again: boolean, options?: ErrorOptions) {
    super(message, options)
    this.sent = sent
    this.again = again
  }
}

export interface Transport {
  /** One request, one answer of whatever status; throws NoReply. */
  exchange(call: Call): Promise<Reply>
  /** Ends what is under way; nothing more is sent, by a retry neither. */
  close(): void
}

/** So long may it take to reach a service; a GET then still has time for another try. */
const connectTimeoutMs = 5_000

/** The one place that sends HTTP to OpenStack: it times, logs and reports each call, and knows whether a byte was sent. */
export function createTransport(options: {
  tls: TlsSettings
  log: CallLog
  clock: Clock
  onCall?: ((report: CallReport) => void) | undefined
}): Transport {
  const { tls, log, clock, onCall } = options
  const agents = createAgents(tls)
  let isClosed = false
  const exchange = async (call: Call): Promise<Reply> => {
    const startedMs = clock.now()
    const told = (status: string, error?: string, requestId?: string) => {
      const ms = clock.now() - startedMs
      const { service, method } = call
      const path = pathOf(call.url)
      log.debug?.({ service, method, path, status, ms, requestId }, 'openstack call')
      onCall?.({ service, method, status, seconds: ms / 1000, ...(error === undefined ? {} : { error }) })
    }
    if (isClosed) throw new NoReply('the connection to the cloud was closed', false, false)
    try {
      const reply = await send(call, call.isCommand ? agents.commands : agents.reads)
      const { status, origin, requestId } = reply
      told(String(status), status < 400 ? undefined : `${origin} answered ${status}`, requestId)
      return reply
    } catch (error) {
      const failure = failureOf(error, call)
      told(failure.status, failure.error.message)
      throw failure.error
    }
  }
  return {
    exchange,
    close() {
      isClosed = true
      agents.close()
    }
  }
}

/** Set while a request is under way: a failure before its connection stood cannot have reached the service. */
const reached = new WeakMap<Call, boolean>()

async function send(call: Call, agent: ReturnType<typeof createAgents>['reads']): Promise<Reply> {
  const hasBody = call.body !== undefined
  const request = got(call.url, {
    method: call.method,
    headers: {
      ...call.headers,
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      'user-agent': 'switchover'
    },
    ...(hasBody ? { body: JSON.stringify(call.body) } : {}),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    agent,
    timeout: {
      lookup: connectTimeoutMs,
      connect: connectTimeoutMs,
      secureConnect: connectTimeoutMs,
      request: Math.max(1, Math.ceil(call.timeoutMs))
    },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false
  })
  void request.on('request', sent => {
    sent.once('socket', socket => {
      if (!socket.connecting) reached.set(call, true)
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => reached.set(call, true))
    })
  })
  const { statusCode: status, body, headers } = await request
  const text = status < 400 ? body : withoutSecrets(body, call.secrets)
  return { status, text, origin: new URL(call.url).origin, headers, ...stampsOf(headers) }
}

function stampsOf(headers: Reply['headers']): { requestId?: string; dateMs?: number } {
  const requestId = headers['x-openstack-request-id']
  const dateMs = typeof headers.date === 'string' ? Date.parse(headers.date) : Number.NaN
  return {
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(Number.isNaN(dateMs) ? {} : { dateMs })
  }
}

/** got's own errors hold the request with its token and password, so only what caused them is kept. */
function failureOf(thrown: unknown, call: Call): { status: string; error: Error } {
  if (!(thrown instanceof RequestError)) return { status: 'failed', error: thrown as Error }
  const sent = reached.get(call) === true
  const code = thrown.code ?? 'no answer'
  const { origin } = new URL(call.url)
  if (call.signal?.aborted === true) {
    return { status: 'aborted', error: new NoReply('given up', sent, false, { cause: call.signal.reason }) }
  }
  if (thrown instanceof TimeoutError) {
    return { status: 'timeout', error: new NoReply(`no answer in time (${thrown.event}) from ${origin}`, sent, true) }
  }
  if (isDistrust(code)) {
    const hint = 'set cacert, or verify: false to go without'
    const what = `its certificate is not trusted (${code}) at ${origin}`
    return { status: 'tls', error: new NoReply(`${what}; ${hint}`, false, false) }
  }
  const isRefused = code === 'ECONNREFUSED'
  const message = `${isRefused ? 'connection refused' : code} at ${origin}`
  return { status: isRefused ? 'refused' : 'failed', error: new NoReply(message, sent, true) }
}

/** The names that OpenSSL and Node give to certificates they do not accept. */
function isDistrust(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER|ALTNAME/.test(code)
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}
