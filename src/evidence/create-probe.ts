import type { Probe } from '../controller/ports/ports.ts'
import { knock, parseAddress } from './knock.ts'
import { ping } from './ping.ts'
import { runProbe } from './run-probe.ts'

/** What the sources are asked with. */
export interface ProbeOptions {
  /** Of a source that says nothing else. A host on the management network answers within milliseconds. */
  readonly timeoutMs: number
  /** The program that sends ICMP; a program of that name in the system's folders. */
  readonly ping?: string
}

/** Asks for signs of life. That nobody answers is `silent`; another answer, and not to be able to ask, is `unknown`. */
export function createProbe({ timeoutMs: usualMs, ping: program = 'ping' }: ProbeOptions): Probe {
  return {
    async ask(source, host, address, signal) {
      const timeoutMs = source.timeoutMs ?? usualMs
      const text = source.hosts[host] ?? address
      if (source.kind === 'exec') return await runProbe(source.command, { host, address: text, timeoutMs, signal })
      if (text === undefined) return { says: 'unknown', detail: `no address of ${host} is known` }
      const at = parseAddress(text, source.kind === 'icmp' ? 1 : source.port)
      if (at === undefined) return { says: 'unknown', detail: `${text} is no address` }
      return source.kind === 'icmp'
        ? await ping(program, at.host, timeoutMs, signal)
        : await knock(source.kind, at, timeoutMs, signal)
    }
  }
}
