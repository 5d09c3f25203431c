import type { FastifyInstance } from 'fastify'
import { messageOf } from '../../errors.ts'
import { Refusal } from '../model/refusal.ts'

/** How a service writes that it refuses. */
export type FaultBody = (status: number, message: string, requestId: string) => object

const novaKeys: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  429: 'overLimit',
  501: 'notImplemented',
  503: 'serviceUnavailable'
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  406: 'Not Acceptable',
  409: 'Conflict',
  500: 'Internal Server Error'
}

const titleOf = (status: number): string => titles[status] ?? 'Error'

/** One shape a service, as each of them really has it. */
export const faultBodies = {
  nova: (code, message) => ({ [novaKeys[code] ?? 'computeFault']: { code, message } }),
  keystone: (code, message) => ({ error: { code, title: titleOf(code), message } }),
  placement: (status, detail, request_id) => ({
    errors: [{ status, title: titleOf(status), detail, code: 'placement.undefined_code', request_id }]
  }),
  aodh: (status, faultstring) => ({
    error_message: { faultcode: status >= 500 ? 'Server' : 'Client', faultstring, debuginfo: null }
  }),
  neutron: (_status, message) => ({ NeutronError: { type: 'NotFound', message, detail: '' } }),
  redfish: (status, message) => {
    const code = `Base.1.12.${redfishCodes[status] ?? 'GeneralError'}`
    return { error: { code, message, '@Message.ExtendedInfo': [{ MessageId: code, Message: message }] } }
  }
} satisfies Record<string, FaultBody>

const redfishCodes: Readonly<Record<number, string>> = {
  400: 'ActionParameterNotSupported',
  401: 'NoValidSession',
  404: 'ResourceMissingAtURI',
  503: 'ServiceTemporarilyUnavailable'
}

/** Answers refusals, unknown paths and mistakes of our own in the service's shape. */
export function answerFaults(
  app: FastifyInstance,
  body: FaultBody,
  missing = body(404, 'The resource could not be found.', '')
): void {
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode } = error as { statusCode?: number }
    const status = error instanceof Refusal ? error.status : (statusCode ?? 500)
    if (status === 500) process.stderr.write(`emulator: ${Error.isError(error) ? error.stack : String(error)}\n`)
    return reply.code(status).send(body(status, messageOf(error), String(reply.getHeader('x-openstack-request-id'))))
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(missing))
}
