import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const header = 'x-openstack-request-id'

export function giveRequestId(reply: FastifyReply): void {
  reply.header(header, `req-${randomUUID()}`)
}

/** As the answer's header tells it: with it an action is found again. */
export function requestIdOf(reply: FastifyReply): string {
  return String(reply.getHeader(header))
}
