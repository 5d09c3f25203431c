import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'

/** Whom to believe to be the BMC. The fingerprint (SHA-256, hex) takes the place of names and authorities. */
export interface Trust {
  /** Authorities, PEM. */
  readonly ca?: string
  readonly fingerprint?: string
  /** Any certificate will do. */
  readonly insecure: boolean
}

interface Watch {
  /** Called right before the first byte of a request can leave. */
  readonly onReady: () => void
  readonly signal: AbortSignal
}

/**
 * An agent for one request. It hands the socket over only once it is connected and the certificate was checked:
 * so no credential goes to a stranger, and until `onReady` is called nothing was sent. Nothing is kept alive,
 * for BMCs have few connections, and a kept one that has died makes the fate of a command unknown.
 */
export function agentFor(url: URL, trust: Trust, watch: Watch): { http: http.Agent } | { https: https.Agent } {
  if (url.protocol === 'http:') {
    const agent = new http.Agent({ keepAlive: false })
    agent.createConnection = (_, done) => {
      // The options of the request hold more than an address (a path, for one, would mean a Unix socket).
      const socket = net.connect({ host: hostnameOf(url), port: Number(url.port || 80) })
      return handOver(socket, 'connect', () => undefined, watch, done)
    }
    return { http: agent }
  }
  const agent = new https.Agent({ keepAlive: false, maxCachedSessions: 0 })
  agent.createConnection = (_, done) => {
    const socket = tls.connect({ host: hostnameOf(url), port: Number(url.port || 443), ...tlsOptions(url, trust) })
    return handOver(socket, 'secureConnect', () => objectionTo(socket, trust), watch, done)
  }
  return { https: agent }
}

/** URL writes IPv6 addresses in brackets; sockets want them without. */
function hostnameOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function tlsOptions(url: URL, trust: Trust): tls.ConnectionOptions {
  const hostname = hostnameOf(url)
  return {
    // The fingerprint is compared by ourselves, for a self-signed certificate fails before Node asks us.
    rejectUnauthorized: !trust.insecure && trust.fingerprint === undefined,
    ...(net.isIP(hostname) === 0 ? { servername: hostname } : {}),
    ...(trust.ca === undefined ? {} : { ca: trust.ca })
  }
}

type Done = ((error: Error | null, socket: net.Socket) => void) | undefined

function handOver(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  objection: () => Error | undefined,
  { onReady, signal }: Watch,
  done: Done
): undefined {
  const abandon = () => socket.destroy()
  const fail = (error: Error) => {
    signal.removeEventListener('abort', abandon)
    done?.(error, socket)
  }
  signal.addEventListener('abort', abandon, { once: true })
  socket.once('error', fail)
  socket.once(event, () => {
    signal.removeEventListener('abort', abandon)
    socket.removeListener('error', fail)
    const error = signal.aborted ? new Error('given up while connecting') : objection()
    if (error === undefined) {
      onReady()
      done?.(null, socket)
    } else {
      socket.destroy()
      done?.(error, socket)
    }
  })
  return undefined
}

function objectionTo(socket: tls.TLSSocket, trust: Trust): Error | undefined {
  if (trust.insecure || trust.fingerprint === undefined) return undefined
  const shown = socket.getPeerCertificate().fingerprint256
  if (shown !== undefined && hex(shown) === hex(trust.fingerprint)) return undefined
  return new Error(`its certificate has the fingerprint ${shown}, not the configured one`)
}

function hex(fingerprint: string): string {
  return fingerprint
    .replace(/^sha-?256[:=]/i, '')
    .replaceAll(/[:\s-]/g, '')
    .toLowerCase()
}
