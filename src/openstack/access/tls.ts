import { Agent as HttpAgent } from 'node:http'
import { type AgentOptions, Agent as HttpsAgent } from 'node:https'
import { createSecureContext, getCACertificates } from 'node:tls'
import { ConfigError, messageOf } from '../../errors.ts'

/** PEM texts. `ca` replaces the system's certificate authorities; `verify: false` switches checking off. */
export interface TlsSettings {
  readonly verify: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** Two pairs of agents: reads share connections, commands each have their own. Throws ConfigError for unusable PEM. */
export function createAgents(tls: TlsSettings): { reads: Agents; commands: Agents; close(): void } {
  const options = { rejectUnauthorized: tls.verify, secureContext: secureContextOf(tls) } as AgentOptions
  const reads = {
    http: new HttpAgent({ keepAlive: true, maxFreeSockets: 16 }),
    https: new HttpsAgent({ ...options, keepAlive: true, maxFreeSockets: 16 })
  }
  // A kept connection that the other side has just closed would make a command's fate unknown for nothing.
  const commands = { http: new HttpAgent(), https: new HttpsAgent(options) }
  const all = [reads.http, reads.https, commands.http, commands.https]
  return { reads, commands, close: () => all.forEach(agent => void agent.destroy()) }
}

function secureContextOf(tls: TlsSettings) {
  try {
    return createSecureContext({
      ca: tls.ca ?? trustedBySystem(),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key })
    })
  } catch (error) {
    throw new ConfigError('TLS of the cloud', [`cacert, cert or key can't be used: ${messageOf(error)}`])
  }
}

let trusted: string[] | undefined

/** Like other OpenStack clients on Linux we trust what the system trusts, beside what Node brings. */
export function trustedBySystem(): string[] {
  trusted ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
  return trusted
}
