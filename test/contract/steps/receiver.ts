import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Delivery {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

/** A receiver of Aodh's notifications that writes each down and answers 200, or 500 below `/broken`. */
export interface Receiver {
  readonly url: string
  readonly deliveries: readonly Delivery[]
  close(): void
}

export async function createReceiver(): Promise<Receiver> {
  const deliveries: Delivery[] = []
  const server = createServer((request, response) => {
    const { url: path = '', headers } = request
    void text(request).then(body => {
      deliveries.push({ path, headers, body: JSON.parse(body) })
      response.writeHead(path.startsWith('/broken') ? 500 : 200).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    close() {
      server.close()
      server.closeAllConnections()
    }
  }
}
