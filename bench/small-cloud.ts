import { createServer, type Server } from 'node:http'

/** A cloud just big enough that alarms have hosts to be about: Keystone, Nova and Placement that answer reads at once. */
export interface SmallCloud {
  readonly authUrl: string
  close(): Promise<void>
}

/** `hosts` have been down for an hour, `spares` are up and disabled in reserve; there are no servers. */
export async function startSmallCloud(hosts: readonly string[], spares: readonly string[]): Promise<SmallCloud> {
  let base = ''
  const server = createServer((request, reply) => {
    const path = new URL(request.url ?? '/', 'http://cloud').pathname
    request.resume()
    reply.setHeader('content-type', 'application/json')
    if (path === '/v3/auth/tokens') {
      reply.statusCode = 201
      reply.setHeader('x-subject-token', 'token-of-the-small-cloud')
      reply.end(JSON.stringify(tokenBody(base)))
      return
    }
    const body = answerTo(path, base, hosts, spares)
    reply.statusCode = body === undefined ? 404 : 200
    reply.end(JSON.stringify(body ?? { itemNotFound: { code: 404, message: path } }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${portOf(server)}`
  return {
    authUrl: `${base}/v3`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

function answerTo(path: string, base: string, hosts: readonly string[], spares: readonly string[]): unknown {
  if (path === '/compute' || path === '/compute/' || path === '/compute/v2.1' || path === '/compute/v2.1/') {
    return {
      version: {
        id: 'v2.1',
        status: 'CURRENT',
        version: '2.96',
        min_version: '2.1',
        links: [{ rel: 'self', href: `${base}/compute/v2.1/` }]
      }
    }
  }
  if (path === '/placement' || path === '/placement/') {
    return { versions: [{ id: 'v1.0', status: 'CURRENT', min_version: '1.0', max_version: '1.39', links: [] }] }
  }
  const lists: Record<string, unknown> = {
    '/compute/v2.1/os-services': { services: serviceRows(hosts, spares) },
    '/compute/v2.1/os-hypervisors': { hypervisors: [] },
    '/compute/v2.1/os-hypervisors/detail': { hypervisors: [] },
    '/compute/v2.1/servers/detail': { servers: [] },
    '/compute/v2.1/os-migrations': { migrations: [] },
    '/compute/v2.1/os-server-groups': { server_groups: [] },
    '/compute/v2.1/os-aggregates': { aggregates: [] },
    '/placement/resource_providers': { resource_providers: [] }
  }
  return lists[path]
}

function serviceRows(hosts: readonly string[], spares: readonly string[]): unknown[] {
  const at = (ms: number) => new Date(ms).toISOString().slice(0, 23)
  const row = (host: string, up: boolean) => ({
    id: `service-of-${host}`,
    binary: 'nova-compute',
    host,
    zone: 'nova',
    status: up ? 'disabled' : 'enabled',
    state: up ? 'up' : 'down',
    updated_at: at(up ? Date.now() : Date.now() - 3_600_000),
    disabled_reason: up ? 'switchover: spare' : null,
    forced_down: false
  })
  return [...hosts.map(host => row(host, false)), ...spares.map(host => row(host, true))]
}

function tokenBody(base: string): unknown {
  const urls: Record<string, string> = {
    compute: `${base}/compute/v2.1`,
    placement: `${base}/placement`,
    identity: `${base}/v3`
  }
  const catalog = Object.entries(urls).map(([type, url]) => ({
    id: type,
    type,
    name: type,
    endpoints: ['public', 'internal'].map(kind => ({ id: kind, interface: kind, region: 'R', region_id: 'R', url }))
  }))
  const domain = { id: 'default', name: 'Default' }
  return {
    token: {
      methods: ['password'],
      user: { id: 'u', name: 'admin', domain },
      project: { id: 'p', name: 'admin', domain },
      roles: [{ id: 'r', name: 'admin' }],
      catalog,
      issued_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      audit_ids: ['a']
    }
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
