import net from 'node:net'
import type { Probe } from '../controller/ports/ports.ts'
import { messageOf } from '../errors.ts'
import { printable } from './printable.ts'

type Answer = Awaited<ReturnType<Probe['ask']>>

/**
 * Nobody has answered: in time, or, on the last link before it, for its address (so looks a dead host that a router or we
 * ourselves are next to). Every other failure is our own, such as no route, or a name that can't be looked up.
 */
const silentCodes = ['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN']
/** Its kernel has answered, or a firewall for it: no sign of life of what was asked for, but no silence either. */
const answered: Readonly<Record<string, string>> = { ECONNREFUSED: 'refused', ECONNRESET: 'reset', EPIPE: 'closed' }
const somebody = 'something answers there, but not this service'
/** A greeting may have lines before it (RFC 4253, 4.2), but not for ever. */
const greetingMaxBytes = 8192

/** What a failed connection says; of a name with several addresses each has its own failure. */
export function wordOfFailure(error: Error): Answer {
  const failures: NodeJS.ErrnoException[] = error instanceof AggregateError ? error.errors : [error]
  const refusal = failures.map(({ code = '' }) => answered[code]).find(word => word !== undefined)
  if (refusal !== undefined) return { says: 'unknown', detail: `${refusal}: ${somebody}` }
  const isSilent = failures.every(({ code = '' }) => silentCodes.includes(code))
  return { says: isSilent ? 'silent' : 'unknown', detail: failures.map(messageOf).join('; ') || 'failed' }
}

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
 * content with a connection. Only when nobody answers it is `silent`. A connection that is refused, cut or closed, or that speaks
 * something else, is `unknown`, as is not to be able to ask.
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
    // Of several addresses of a name each gets its time: the usual quarter of a second would call a slow one silent.
    const socket = net.connect({ ...at, autoSelectFamilyAttemptTimeout: Math.ceil(timeoutMs / 2) })
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
      else if (heard.length > greetingMaxBytes) finish('unknown', `connected, but it does not speak ssh: ${somebody}`)
    })
    socket.once('error', error => {
      const { says, detail } = wordOfFailure(error)
      finish(says, detail)
    })
    socket.once('close', () => finish('unknown', `closed without a greeting: ${somebody}`))
  })
}
