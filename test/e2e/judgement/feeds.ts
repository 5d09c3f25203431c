import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Outlets and heartbeats that programs of ours ask: pdu.ts. */
export interface Feeds {
  /** Fencing agents of type exec, by name. */
  readonly agents: Readonly<Record<string, unknown>>
  /** A sign of life that does not need the network. */
  readonly heartbeat: Readonly<Record<string, unknown>>
  isOff(host: string, feed: string): boolean
  /** What a program meets from now on; undefined: nothing. */
  trouble(of: string, what: 'refuses' | 'stuck' | 'away' | undefined): void
  /** The host writes no heartbeat any more. */
  silence(host: string): void
}

/** `hosts`: those with an outlet of each of these feeds. */
export function layFeeds(feeds: readonly string[], hosts: readonly string[]): Feeds {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-feeds-'))
  const program = [process.execPath, join(import.meta.dirname, 'pdu.ts'), folder]
  const { SWITCHOVER_LAB: LAB = '', SWITCHOVER_EMULATOR, LAB_RELEASE } = process.env
  const given = Object.entries({ LAB, FEEDS: feeds.join(','), SWITCHOVER_EMULATOR, LAB_RELEASE })
  const environment = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  const agentOf = (feed: string) => {
    const outlets = Object.fromEntries(hosts.map(host => [host, { identity: `${feed} of ${host}` }]))
    return { type: 'exec', command: program, environment, hosts: outlets }
  }
  return {
    agents: Object.fromEntries(feeds.map(feed => [feed, agentOf(feed)])),
    heartbeat: { exec: [...program, 'heartbeat', '{host}'], name: 'heartbeat', beside: 'network', timeoutSeconds: 5 },
    isOff: (host, feed) => existsSync(join(folder, `${host}.${feed}.off`)),
    trouble(of, what) {
      const file = join(folder, `${of}.trouble`)
      if (what === undefined) rmSync(file, { force: true })
      else writeFileSync(file, what)
    },
    silence: host => writeFileSync(join(folder, `${host}.silent`), '')
  }
}
