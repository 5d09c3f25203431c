import { connect, createServer, type Socket } from 'node:net'
import { freePorts } from './processes.ts'

export interface Balancer {
  readonly port: number
  /** The next connection that sends this is cut when it has been passed on, so that no answer comes back. */
  cutAfter(words: RegExp): void
  /** What answers the next that sends this is held back for so long. */
  delayAfter(words: RegExp, ms: number): void
  /** Connections as they are hear nothing more, and are not refused either: a machine that was cut off. New ones are served. */
  fallSilent(): void
  close(): Promise<void>
}

/** A TCP load balancer that gives each new connection to the next of `ports`: connections of one store spread over all nodes. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const [port] = (await freePorts(1)) as [number]
  const sockets = new Set<Socket>()
  let turn = 0
  let fatal: RegExp | undefined
  let slow: { readonly words: RegExp; readonly ms: number } | undefined
  const server = createServer(client => {
    const node = connect(ports[turn++ % ports.length]!, '127.0.0.1')
    client.on('data', bytes => {
      if (slow?.words.test(bytes.toString('latin1')) === true) {
        node.unpipe(client)
        setTimeout(() => node.pipe(client), slow.ms).unref()
        slow = undefined
      }
      if (fatal?.test(bytes.toString('latin1')) !== true) return
      fatal = undefined
      node.unpipe(client)
      // Time for the server to do what it was told.
      setTimeout(() => client.destroy(), 300)
    })
    for (const [one, other] of [
      [client, node],
      [node, client]
    ] as const) {
      sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    cutAfter(words) {
      fatal = words
    },
    delayAfter(words, ms) {
      slow = { words, ms }
    },
    fallSilent() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
