import net from 'node:net'
import type { Probe } from '../controller/ports/ports.ts'
import { messageOf } from '../errors.ts'
import { printable } from './printable.ts'

type Answer = Awaited<ReturnType<Probe['ask']>>

/** What the network says of the other side. Every other failure is our own, or a name that can't be looked up. */
const silentCodes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN']
/** A greeting may have lines before it (RFC 4253, 4.2), but not for ever. */
const greetingMaxBytes = 8192

export interface Address {
  readonly host: string
  readonly port: number
}

/** "10.0.0.1", "10.0.0.1:2222", "fe80::1", "[fe80::1]:2222" or a name; undefined for anything else. */
export function parseAddress(text: string, defaultPort: number): Address | undefined {
  if (net.isIPv6(text)) return { host: text, port: defaultPort }
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || (match?.[1] !== undefined && !net.isIPv6(host))) return undefined
  const port = Number(match?.[3] ?? defaultPort)
  return port >= 1 && port <= 65_535 ? { host, port } : undefined
}

/**
 * Knocks at a TCP port. `ssh` wants to read the greeting, for the kernel of a hung host still takes connections; `tcp` is
 * content with a connection. Not to be heard is `silent`; not to be able to ask is `unknown`.
 */
export function knock(
  kind: 'ssh' | 'tcp',
  at: Address,
  timeoutMs: number,
  signal: AbortSignal | undefined
): Promise<Answer> {
  const where = net.isIPv6(at.host) ? `[${at.host}]:${at.port}` : `${at.host}:${at.port}`
  return new Promise(resolve => {
    if (signal?.aborted === true) {
      resolve({ says: 'unknown', detail: `${where}: not asked` })
      return
    }
    const socket = net.connect(at)
    let heard = ''
    let isConnected = false
    const finish = (says: Answer['says'], detail: string) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      socket.destroy()
      resolve({ says, detail: `${where}: ${detail}` })
    }
    const giveUp = () => finish('unknown', 'given up')
    const timer = setTimeout(() => {
      finish(
        'silent',
        isConnected ? `connected, but no greeting within ${timeoutMs} ms` : `no answer within ${timeoutMs} ms`
      )
    }, timeoutMs)
    signal?.addEventListener('abort', giveUp, { once: true })
    socket.once('connect', () => {
      isConnected = true
      if (kind === 'tcp') finish('alive', 'connected')
    })
    socket.on('data', data => {
      heard += data.toString('latin1')
      const greeting = /^SSH-[^\r\n]*/m.exec(heard)
      if (greeting !== null) finish('alive', `greeted with ${printable(greeting[0], 60)}`)
      else if (heard.length > greetingMaxBytes) finish('silent', 'connected, but it does not speak ssh')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      finish(
        silentCodes.includes(error.code ?? '') ? 'silent' : 'unknown',
        messageOf(error) || (error.code ?? 'failed')
      )
    })
    socket.once('close', () => finish('silent', 'closed without a greeting'))
  })
}
