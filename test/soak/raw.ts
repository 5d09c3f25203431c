import { Agent, request } from 'node:http'

/** An answer, timed from when it was due; status 0 when there was none. */
export interface RawAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly ms: number
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** One of 127.0.0.0/8: what is counted by address is spread over them. */
  readonly from?: string
  readonly dueMs?: number
}

/** Sends requests as they are given, broken ones too, over connections that are kept. */
export interface RawClient {
  ask(what: RawRequest): Promise<RawAnswer>
  close(): void
}

const limitMs = 60_000

export function createRawClient(url: string): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const { hostname, port } = new URL(url)
  return {
    ask: ({ method, path, headers = {}, body, from, dueMs = performance.now() }) =>
      new Promise(resolve => {
        const ended = (status: number, type: string, text: string) =>
          resolve({ status, type, text, ms: performance.now() - dueMs })
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const options = { agent, host: hostname, port, method, path, headers: { ...length, ...headers } }
        try {
          const call = request({ ...options, ...(from !== undefined && { localAddress: from }) }, reply => {
            const parts: Buffer[] = []
            reply.on('data', (part: Buffer) => parts.push(part))
            reply.on('error', error => ended(0, '', String(error)))
            reply.on('end', () =>
              ended(reply.statusCode ?? 0, reply.headers['content-type'] ?? '', Buffer.concat(parts).toString())
            )
          })
          call.setTimeout(limitMs, () => call.destroy(new Error('no answer')))
          call.on('error', error => ended(0, '', String(error)))
          call.end(body)
        } catch (error) {
          // Node itself would not send it.
          ended(-1, '', String(error))
        }
      }),
    close: () => agent.destroy()
  }
}
