import got, { RequestError, TimeoutError } from 'got'
import { messageOf } from '../../errors.ts'
import { trustedBySystem } from '../../openstack/access/tls.ts'
import type { Access } from './access.ts'
import { type AnswerName, type Answers, readAnswer } from './answers.ts'
import { jsonOf, plain, plainly } from './plain.ts'
import { refusal } from './refusal.ts'
import { ServiceError } from './service-error.ts'

/** An answer: to be shown, as it came, and the time by the service's clock. */
export interface Told<T> {
  /** Its texts can be printed. */
  readonly said: T
  readonly json: string
  /** ms; whole seconds. */
  readonly nowMs: number
}

/** The running service, over HTTP. Whatever goes wrong is a ServiceError. */
export interface Client {
  get<N extends AnswerName>(name: N, path: string): Promise<Told<Answers[N]>>
  /** A deed. Never sent twice. */
  send<N extends AnswerName>(method: 'POST' | 'PUT', name: N, path: string, body: object): Promise<Told<Answers[N]>>
}

export interface Limits {
  readonly connectMs: number
  readonly answerMs: number
  readonly bytesMax: number
}

/** A dry run may take the service 20 s, and a recovery of some thousand servers has some MB. */
const usual: Limits = { connectMs: 5000, answerMs: 30_000, bytesMax: 64 * 1024 * 1024 }

export function createClient(access: Access, limits = usual): Client {
  const ask = async <N extends AnswerName>(name: N, request: Request): Promise<Told<Answers[N]>> => {
    const { status, text, type, location, dateMs } = await exchange(access, request, limits)
    const body = parsed(text)
    if (status >= 300) throw refusal(access, request, { status, body, type, location })
    if (body === undefined)
      throw new ServiceError(
        'strange',
        `what answers at ${access.url} (${access.urlFrom}) is no Switchover, but something between, or another address: it answered ${status}, ${plain(type)}, in place of JSON`
      )
    const answer = readAnswer(name, body)
    if (isWrong(answer))
      throw new ServiceError(
        'strange',
        `${request.method} ${request.path} was answered with something else than this version knows (${plain(answer.wrong)}): use the version of the service at ${access.url}, or curl`
      )
    return { said: plainly(answer), json: jsonOf(body), nowMs: dateMs ?? Date.now() }
  }
  return {
    get: (name, path) => ask(name, { method: 'GET', path }),
    send: (method, name, path, body) => ask(name, { method, path, body })
  }
}

function isWrong(answer: object): answer is { readonly wrong: string } {
  return 'wrong' in answer
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: object
}

interface Exchanged {
  readonly status: number
  readonly text: string
  readonly type: string
  readonly location: string | undefined
  readonly dateMs: number | undefined
}

async function exchange(access: Access, { method, path, body }: Request, limits: Limits): Promise<Exchanged> {
  const tooMuch = new AbortController()
  const { connectMs, answerMs, bytesMax } = limits
  const url = `${access.url}${path}`
  try {
    const request = got(url, {
      method,
      headers: { authorization: `Bearer ${access.token}`, accept: 'application/json', 'user-agent': 'switchover' },
      ...(body === undefined ? {} : { json: body }),
      ...(url.startsWith('https:') ? { https: { certificateAuthority: access.ca ?? trustedBySystem() } } : {}),
      signal: tooMuch.signal,
      timeout: { lookup: connectMs, connect: connectMs, secureConnect: connectMs, request: answerMs },
      retry: { limit: 0 },
      throwHttpErrors: false,
      // The token is for this address alone.
      followRedirect: false
    })
    void request.on('downloadProgress', ({ transferred }) => {
      if (transferred > bytesMax) tooMuch.abort()
    })
    const { statusCode: status, body: text, headers } = await request
    const dateMs = Date.parse(headers.date ?? '')
    return {
      ...{ status, text, type: headers['content-type'] ?? 'without a type', location: headers.location },
      dateMs: Number.isNaN(dateMs) ? undefined : dateMs
    }
  } catch (error) {
    const isLarge = tooMuch.signal.aborted
    throw silence(access, error, { isDeed: method !== 'GET', isLarge, limits })
  }
}

/** got's own errors hold the request with its token, so only what they say is kept. */
function silence(
  { url, urlFrom }: Access,
  error: unknown,
  { isDeed, isLarge, limits }: { readonly isDeed: boolean; readonly isLarge: boolean; readonly limits: Limits }
): ServiceError {
  const at = `${url} (${urlFrom})`
  if (isLarge) return new ServiceError('strange', `the answer of ${at} is larger than ${limits.bytesMax} bytes`)
  const code = error instanceof RequestError ? (error.code ?? '') : ''
  const lost = (what: string) =>
    isDeed
      ? new ServiceError(
          'unknown',
          `${what}. It is not known whether it was heard: look at it (switchover show, switchover status) before you say it again`
        )
      : new ServiceError('unreachable', what)
  if (error instanceof TimeoutError)
    return error.event === 'request' || error.event === 'response'
      ? lost(`no answer within ${limits.answerMs / 1000} s from ${at}`)
      : new ServiceError(
          'unreachable',
          `${at} can't be reached (${error.event}): is it the right address, and does a firewall let you through?`
        )
  const known = unreached(code, messageOf(error))
  return known === undefined
    ? lost(`${at}: ${code || plain(messageOf(error))}`)
    : new ServiceError('unreachable', `${at}: ${known}`)
}

/** What went wrong before anything was sent. */
function unreached(code: string, message: string): string | undefined {
  if (code === 'ECONNREFUSED') return 'connection refused: does the service run, and listen there?'
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) return "its name can't be resolved: is it spelt right?"
  if (/^(EHOSTUNREACH|ENETUNREACH)$/.test(code)) return `no way leads there (${code})`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate was made for another name: use that one'
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code))
    return `its certificate is not trusted (${code}): make this machine trust the authority that signed it, or name that (--ca FILE, SWITCHOVER_CA)`
  if (/wrong version number|packet length too long/i.test(message)) return 'it does not speak TLS: is it http:// ?'
  return undefined
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
