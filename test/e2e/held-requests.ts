import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A network between a replica and a service, which may keep a request and deliver it when nobody waits for it any more. */
export interface Network {
  /** In the place of the service's URL. */
  readonly url: string
  /** From now on the first evacuation is kept. */
  hold(): void
  /** True while one is kept. */
  isHolding(): boolean
  /** The server that it is about. */
  server(): string
  /** Delivers it; resolves to the service's answer. */
  deliver(): Promise<{ readonly status: number; readonly text: string }>
  close(): Promise<void>
}

interface Kept {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Passes everything on to `service` until it is told to hold an evacuation. */
export async function startNetwork(service: string): Promise<Network> {
  const to = new URL(service)
  let isArmed = false
  let kept: Kept | undefined

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = request
    const whole = { method, path, headers, body: await bytesOf(request) }
    if (isArmed && whole.body.includes('"evacuate"')) {
      isArmed = false
      kept = whole
      return
    }
    const answer = await forward(to, whole)
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body)
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${to.pathname.replace(/\/$/, '')}`,
    hold() {
      isArmed = true
    },
    isHolding: () => kept !== undefined,
    server: () => /\/servers\/([^/]+)\/action/.exec(kept?.path ?? '')?.[1] ?? '',
    async deliver() {
      if (kept === undefined) throw new Error('nothing was kept')
      const { status, body } = await forward(to, kept)
      return { status, text: body.toString() }
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

interface Passed {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

async function forward(to: URL, { method, path, headers, body }: Kept): Promise<Passed> {
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
