import { CloudError, type CloudErrorCode } from '../../errors.ts'
import type { NoReply, Reply } from '../request.ts'
import { messageOfBody } from './error-body.ts'

export interface Refused {
  /** For messages: Nova, Keystone … */
  readonly service: string
  readonly method: string
  readonly path: string
  readonly reply: Reply
  readonly isCommand: boolean
}

/** The CloudError for an answer that is not a success, with what the service said about it. */
export function refusal({ service, method, path, reply, isCommand }: Refused): CloudError {
  const said = messageOfBody(reply.text)
  const detail = said === undefined ? '' : `: ${said}`
  const message = `${service} answered ${reply.status} to ${method} ${path} at ${reply.origin}${detail}`
  return new CloudError(codeOf(reply.status, isCommand), message, { requestId: reply.requestId })
}

function codeOf(status: number, isCommand: boolean): CloudErrorCode {
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'not-found'
    case 406:
      return 'unsupported'
    case 409:
      return 'conflict'
    case 429:
      // A limit in front of the service: the command was not even looked at.
      return 'unreachable'
  }
  if (status >= 500) return isCommand ? 'unknown' : 'unreachable'
  return 'refused'
}

/** The CloudError for a command that got no answer: whether it was sent decides. */
export function silence(service: string, method: string, path: string, failure: NoReply): CloudError {
  const fate = failure.sent ? 'it was sent, what became of it is not known' : 'nothing was sent'
  const message = `${service}: ${failure.message} (${method} ${path}; ${fate})`
  return new CloudError(failure.sent ? 'unknown' : 'unreachable', message, { cause: failure.cause })
}
