import got from 'got'
import { FencingError, messageOf } from '../../errors.ts'
import type { Trust } from './connection.ts'
import { agentFor } from './connection.ts'

export type Json = Readonly<Record<string, unknown>>

export interface BmcRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** A path, or a link as a BMC writes it; it never leads to another address than the BMC's. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: Json
  readonly signal?: AbortSignal | undefined
  /** It changes power: once sent, the lack of an answer is an unknown fate. */
  readonly isCommand?: boolean
  /** Instead of the usual one. */
  readonly timeoutMs?: number
}

export interface BmcReply {
  readonly status: number
  readonly header: (name: string) => string | undefined
  /** undefined when the body is no JSON object. */
  readonly body: Json | undefined
}

export interface BmcHttp {
  /** Resolves with any answer. Throws FencingError: `unreachable`, or `unknown` for a command that was sent. */
  send(request: BmcRequest): Promise<BmcReply>
}

const redirects = [301, 302, 307, 308]
const redirectsMax = 3

/** HTTP with one BMC. `origin` has no credentials and no path. */
export function createBmcHttp(origin: string, trust: Trust, timeoutMs: number): BmcHttp {
  async function once(request: BmcRequest): Promise<BmcReply> {
    const url = linkTo(origin, request.path)
    const deadline = AbortSignal.timeout(request.timeoutMs ?? timeoutMs)
    const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline])
    let isSent = false
    const onReady = () => {
      isSent = true
    }
    try {
      const response = await got(url, {
        method: request.method,
        headers: { accept: 'application/json', 'odata-version': '4.0', ...request.headers },
        ...(request.json === undefined ? {} : { json: request.json }),
        agent: agentFor(url, trust, { onReady, signal }),
        signal,
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
        decompress: false
      })
      return { status: response.statusCode, header: name => first(response.headers[name]), body: parse(response.body) }
    } catch (error) {
      const why = deadline.aborted ? `no answer within ${request.timeoutMs ?? timeoutMs} ms` : inWords(messageOf(error))
      const code = isSent && request.isCommand === true ? 'unknown' : 'unreachable'
      // The error of the HTTP client is not passed on as a cause: it holds the request with its credentials.
      throw new FencingError(
        code,
        `${request.method} ${url.href}: ${request.signal?.aborted === true ? 'given up' : why}`
      )
    }
  }

  return {
    async send(request) {
      let reply = await once(request)
      for (let hop = 0; hop < redirectsMax && request.method === 'GET' && redirects.includes(reply.status); hop++) {
        // Some BMCs want a slash at the end. To another address we do not follow: the credentials are for this one.
        const location = reply.header('location')
        if (location === undefined || new URL(location, origin).origin !== origin) break
        reply = await once({ ...request, path: location })
      }
      return reply
    }
  }
}

/** OpenSSL names its own files and functions where the other side answers in plain HTTP. */
function inWords(message: string): string {
  return /wrong version number|packet length too long/.test(message)
    ? 'what answers there does not speak TLS: if this BMC speaks HTTP only, write http://'
    : message
}

/** A link as a URL of this BMC, whatever address it names itself by. */
export function linkTo(origin: string, link: string): URL {
  const { pathname, search } = new URL(link, origin)
  return new URL(`${origin}${pathname}${search}`)
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
