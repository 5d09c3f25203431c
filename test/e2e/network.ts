import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SentRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface Received {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A network between a replica and a service of the cloud. */
export interface Network {
  /** In the place of the service's URL. */
  readonly url: string
  /** Asks the service itself. */
  forward(request: SentRequest): Promise<Received>
  close(): Promise<void>
}

/**
 * What becomes of a request: `pass`; `keep`: it is not delivered, and nobody answers; `cut`: it is delivered, and the answer is
 * lost; `refuse`: 503, not delivered.
 */
export type Fate = 'pass' | 'keep' | 'cut' | 'refuse'

export async function startNetwork(
  service: string,
  fateOf: (request: SentRequest) => Fate | Promise<Fate>,
  onAnswer?: (request: SentRequest, answer: Received) => Promise<void>
): Promise<Network> {
  const to = new URL(service)

  async function carry(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = incoming
    const request = { method, path, headers, body: await bytesOf(incoming) }
    const fate = await fateOf(request)
    if (fate === 'keep') return
    if (fate === 'refuse') {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('no server is available to handle this request')
      return
    }
    const answer = await forward(to, request)
    await onAnswer?.(request, answer)
    if (fate === 'cut') response.destroy()
    else response.writeHead(answer.status, answer.headers).end(answer.body)
  }

  const server = createServer((incoming, response) => {
    carry(incoming, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${to.pathname.replace(/\/$/, '')}`,
    forward: async request => await forward(to, request),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

async function forward(to: URL, { method, path, headers, body }: SentRequest): Promise<Received> {
  const request = send({ host: to.hostname, port: to.port, method, path, headers: { ...headers, host: to.host } })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 502, headers: response.headers, body: await bytesOf(response) }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
