import type { FastifyError, FastifySchemaValidationError } from 'fastify'
import type { CloudErrorCode } from '../errors.ts'
import { CloudError, InvalidCursor, StoreUnavailable } from '../errors.ts'
import type { Problem } from '../schemas/problem.d.ts'

/** A problem before it has its instance; `code` is the last part of its type and the kind that is counted. */
export interface Refusal extends Omit<Problem, 'type' | 'instance'> {
  readonly code: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

const titles: Readonly<Record<string, string>> = {
  unauthorized: 'No valid token',
  forbidden: 'The token does not allow this',
  'not-found': 'There is no such thing',
  'not-json': 'The body is no usable JSON',
  invalid: 'The request is not as it should be',
  'too-large': 'The body is too large',
  'unsupported-media-type': 'The body is not JSON',
  'too-many-requests': 'Too many requests',
  stale: 'The recovery has moved on',
  closed: 'The recovery has ended',
  settled: 'The signal has its host',
  'store-unavailable': 'The database cannot be used now',
  'cloud-unreachable': 'OpenStack does not answer',
  'cloud-refused': 'OpenStack refused us',
  'too-slow': 'It took too long',
  internal: 'Something is broken here'
}

const codesByStatus: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  414: 'invalid',
  415: 'unsupported-media-type',
  429: 'too-many-requests'
}

const fastifyCodes: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'too-large',
    'Send less: an alarm of Aodh has a few KiB, and 256 KiB are the most that is read.'
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media-type',
    'Send JSON, with the header "content-type: application/json".'
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['not-json', 'The body is empty; send a JSON object.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['not-json', 'The body cannot be parsed; send a JSON object in UTF-8.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid', 'The body is not as long as its content-length says.'],
  FST_ERR_BAD_URL: ['invalid', 'The path is not valid percent-encoding.']
}

const cloudDetails: Readonly<Record<CloudErrorCode, readonly [status: 502 | 503, detail: string]>> = {
  unreachable: [503, 'OpenStack cannot be read now. Try again; GET /health says what fails.'],
  unknown: [503, 'OpenStack did not say what became of a request. Try again; GET /health says what fails.'],
  unauthorized: [502, 'Keystone refused our credentials. Correct them; `switchover check` tests them.'],
  forbidden: [502, 'Our user lacks a role in OpenStack. `switchover check` says which.'],
  'not-found': [
    502,
    'OpenStack does not know what we asked for. `switchover check` compares the configuration with it.'
  ],
  conflict: [502, 'OpenStack answered that something else is going on. Try again.'],
  refused: [502, 'OpenStack refused our request. The log has its answer.'],
  unsupported: [502, 'This OpenStack is too old or lacks what we need. `switchover check` says what.']
}

const storeDetails = {
  read: {
    full: 'The disk of the database is full. Make room on it, then ask again.',
    other: 'The database cannot be used now. Ask again in a few seconds; the log says why.'
  },
  write: {
    full: 'Nothing was written down: the disk of the database is full. Make room on it, then send it again.',
    other: 'Nothing was written down. Send it again in a few seconds.'
  }
}

/** What the client is told of an error: enough to act on, and nothing of our insides. */
export function refusalOf(error: unknown, method: string): Refusal {
  if (error instanceof StoreUnavailable) {
    const { full, other } = isRead(method) ? storeDetails.read : storeDetails.write
    return {
      ...refuse(503, 'store-unavailable', error.isFull ? full : other),
      headers: { 'retry-after': '5' }
    }
  }
  if (error instanceof CloudError) return cloudRefusal(error)
  if (error instanceof InvalidCursor) {
    const detail = 'is none that we gave; leave it out to begin anew'
    return {
      ...refuse(400, 'invalid', `Correct the query: /cursor ${detail}.`),
      errors: [{ in: 'querystring', pointer: '/cursor', detail }]
    }
  }
  const { statusCode = 500, code = '', message = '', validation, validationContext, headers } = asHttpError(error)
  if (code === 'FST_ERR_HANDLER_TIMEOUT') {
    return {
      ...refuse(
        503,
        'too-slow',
        isRead(method)
          ? 'It took too long. Ask again.'
          : 'It is not known what became of the request. Look, then send it again.'
      ),
      headers: { 'retry-after': '5' }
    }
  }
  if (statusCode < 400 || statusCode >= 500)
    return refuse(500, 'internal', 'This is our mistake. The log has it under this instance.')
  if (validation !== undefined)
    return {
      ...refuse(400, 'invalid', summaryOf(validation, validationContext)),
      errors: listOf(validation, validationContext)
    }
  const known = fastifyCodes[code]
  if (known !== undefined) return refuse(statusCode, known[0], known[1])
  return {
    ...refuse(statusCode, code in titles ? code : (codesByStatus[statusCode] ?? 'invalid'), message),
    ...(headers === undefined ? {} : { headers })
  }
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** The answer's body. `instance` is the request's id, by which the log is searched. */
export function problemOf(refusal: Refusal, requestId: string): Problem {
  const { code, title, status, detail, errors } = refusal
  return {
    type: `urn:switchover:problem:${code}`,
    title,
    status,
    detail,
    instance: `urn:uuid:${requestId}`,
    ...(errors === undefined ? {} : { errors })
  }
}

/** A refusal in our own words. */
export function refuse(status: number, code: string, detail: string): Refusal {
  return { code, title: titles[code] ?? 'The request was refused', status, detail }
}

function cloudRefusal(error: CloudError): Refusal {
  const [status, detail] = cloudDetails[error.code]
  const request = error.requestId === undefined ? '' : ` OpenStack's request id is ${error.requestId}.`
  const refusal = refuse(status, status === 503 ? 'cloud-unreachable' : 'cloud-refused', `${detail}${request}`)
  return status === 503 ? { ...refusal, headers: { 'retry-after': '10' } } : refusal
}

type HttpError = Partial<FastifyError> & { readonly headers?: Readonly<Record<string, string | string[]>> }

/** Fastify's own errors are none for Error.isError: they are made by hand on Error's prototype. */
function asHttpError(error: unknown): HttpError {
  return typeof error === 'object' && error !== null ? error : {}
}

function listOf(validation: readonly FastifySchemaValidationError[], context = 'body'): NonNullable<Problem['errors']> {
  return validation.map(({ instancePath, keyword, params, message = 'is not valid' }) => {
    if (keyword === 'required') {
      return { in: context, pointer: `${instancePath}/${String(params.missingProperty)}`, detail: 'is missing' }
    }
    if (keyword === 'additionalProperties') {
      return {
        in: context,
        pointer: `${instancePath}/${String(params.additionalProperty)}`,
        detail: 'is not known here'
      }
    }
    if (keyword === 'minProperties') return { in: context, pointer: instancePath, detail: 'names nothing to change' }
    const allowed = keyword === 'enum' ? `: ${String(params.allowedValues)}` : ''
    return { in: context, pointer: instancePath, detail: `${message}${allowed}` }
  })
}

function summaryOf(validation: readonly FastifySchemaValidationError[], context: string | undefined): string {
  const mistakes = listOf(validation, context).map(
    mistake => `${mistake.pointer === '' ? 'it' : mistake.pointer} ${mistake.detail}`
  )
  const what = context === 'querystring' ? 'query' : context === 'params' ? 'path' : 'body'
  return `Correct the ${what}: ${mistakes.join('; ')}. The schema is in /openapi.json.`
}
