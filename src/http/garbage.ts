import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import type { Refusal } from './problems.ts'
import { problemOf, refuse } from './problems.ts'
import type { Refusals } from './refusals.ts'

const lines: Readonly<Record<number, string>> = {
  400: '400 Bad Request',
  408: '408 Request Timeout',
  431: '431 Request Header Fields Too Large'
}

/** For what arrives at the socket and is no request: a problem like any other, counted like any other, then the end. */
export function answerGarbage(refusals: Refusals): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    // Whoever has hung up hears nothing, and has done nothing wrong.
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const refusal = refusalOf(error.code)
    const id = randomUUID()
    refusals.note(refusal.code, refusal.detail, { id, ip: socket.remoteAddress ?? '' })
    if (socket.writable) socket.write(responseOf(refusal, id))
    socket.destroySoon()
  }
}

/** For requests that expect more than `100-continue`: Node itself would answer them with an empty 417. */
export function answerExpectations(refusals: Refusals): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const refusal = refuse(417, 'invalid', 'Leave out the header "expect", or expect "100-continue".')
    const id = randomUUID()
    refusals.note(refusal.code, refusal.detail, { id, ip: request.socket.remoteAddress ?? '' })
    response.writeHead(refusal.status, { 'content-type': 'application/problem+json', connection: 'close' })
    response.end(JSON.stringify(problemOf(refusal, id)))
  }
}

function refusalOf(code: string): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refuse(408, 'too-slow', 'The request did not arrive in time.')
  if (code === 'HPE_HEADER_OVERFLOW') return refuse(431, 'too-large', 'Send fewer or shorter headers.')
  return refuse(400, 'invalid', 'This is no HTTP request. If it was TLS: this port speaks plain HTTP.')
}

function responseOf(refusal: Refusal, id: string): string {
  const body = JSON.stringify(problemOf(refusal, id))
  const head = [
    `HTTP/1.1 ${lines[refusal.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close'
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
