import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown
}

/** What to answer: status, JSON body (text as it is) and headers; or a deed on the bare response, such as to cut it. */
export type Answer =
  | readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>]
  | { readonly deed: (response: ServerResponse) => void }

export interface TestServer {
  readonly url: string
  readonly asked: Asked[]
  close(): Promise<void>
}

/** A real HTTP server on a free port of the loopback; with `tls: 'mutual'` it wants a client certificate. */
export async function startServer(
  answer: (asked: Asked) => Answer | Promise<Answer>,
  tls?: 'server' | 'mutual'
): Promise<TestServer> {
  const asked: Asked[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const one = await read(request)
    asked.push(one)
    const reply = await answer(one)
    if ('deed' in reply) reply.deed(response)
    else {
      const [status, body = '', headers = {}] = reply
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
  }
  const handle = (request: IncomingMessage, response: ServerResponse) => void listener(request, response)
  const server = tls === undefined ? createServer(handle) : createTlsServer(tlsOptions(tls), handle)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    }
  }
}

export function pemFile(name: string): string {
  return new URL(`tls/${name}`, import.meta.url).pathname
}

function tlsOptions(tls: 'server' | 'mutual') {
  const [cert, key, ca] = ['server.pem', 'server.key', 'ca.pem'].map(name => readFileSync(pemFile(name)))
  const mutual = tls === 'mutual' ? { requestCert: true, rejectUnauthorized: true, ca: ca! } : {}
  return { cert: cert!, key: key!, ...mutual }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  return { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
}
