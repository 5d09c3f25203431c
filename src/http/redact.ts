import type { FastifyRequest } from 'fastify'

/** A URL's path, without what may hold secrets: its query, fragment and user. */
export function pathOf(url: string): string {
  const path = url.startsWith('/') ? url : (URL.parse(url)?.pathname ?? '')
  return path.split(/[?#;]/, 1)[0] ?? ''
}

/** What the log says of a request: no query and no header but Aodh's request id. */
export const logSerializers = {
  req: (request: FastifyRequest) => ({
    method: request.method,
    path: pathOf(request.url),
    address: request.ip,
    openstackRequestId: String(request.headers['x-openstack-request-id'] ?? '').slice(0, 64) || undefined
  })
}
