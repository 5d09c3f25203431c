import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/** Whoever has one of these may use the service; new ones each time, for they are printed. */
export interface Tokens {
  readonly alarms: string
  readonly operator: string
}

/** How a host's BMC and its ssh are reached. */
export interface Machine {
  readonly host: string
  readonly url: string
  readonly user: string
  readonly password: string
  readonly uuid: string
  /** Address and port. */
  readonly ssh: string
}

export interface ConfigWishes {
  /** 0: any free one. */
  readonly port: number
  readonly store: string
  readonly tokens: Tokens
  readonly machines: readonly Machine[]
  /** Where the heartbeats of the hosts on the shared storage are read. */
  readonly heartbeats: string
  /** As schemas/config.json has it. */
  readonly segment: Readonly<Record<string, unknown>>
  readonly limits: Readonly<Record<string, unknown>>
  readonly guards?: Readonly<Record<string, unknown>>
  /** `rules` and `servers`. */
  readonly rules?: Readonly<Record<string, unknown>>
}

/** The names in the configuration that the demo speaks of. */
export const names = { segment: 'rack-a', fencing: 'bmc', operator: 'olga', cloud: 'lab' }

export function createTokens(): Tokens {
  const secret = () => randomBytes(12).toString('hex')
  return { alarms: secret(), operator: secret() }
}

/** The configuration file of the service, as an operator would write it (JSON is YAML as well). It only observes. */
export function configText(wishes: ConfigWishes): string {
  const { port, store, tokens, machines, heartbeats, segment, limits, guards = {}, rules } = wishes
  const ssh = Object.fromEntries(machines.map(({ host, ssh: address }) => [host, address]))
  const bmcs = Object.fromEntries(
    machines.map(({ host, url, user, password, uuid }) => [host, { url, user, password, uuid }])
  )
  const file = {
    listen: { host: '127.0.0.1', port },
    store: { url: `file:${store}` },
    cloud: { name: names.cloud },
    auth: {
      alarms: { tokens: [{ name: 'aodh', secret: tokens.alarms }] },
      operators: { tokens: [{ name: names.operator, secret: tokens.operator, role: 'operator' }] }
    },
    armed: false,
    segments: [
      { name: names.segment, storage: 'shared', fencing: [names.fencing], ...withSources(segment, ssh, heartbeats) }
    ],
    fencing: { [names.fencing]: { type: 'redfish', user: 'admin', password: 'of-each-host', hosts: bmcs } },
    limits,
    guards,
    ...rules
  }
  return `${JSON.stringify(file, undefined, 2)}\n`
}

/** Every host is asked at its own port, since all of them are on this machine; a program looks for its heartbeat. */
function withSources(
  segment: ConfigWishes['segment'],
  hosts: Readonly<Record<string, string>>,
  heartbeats: string
): Record<string, unknown> {
  const confirm = (segment.confirm ?? {}) as { readonly alive?: readonly Readonly<Record<string, unknown>>[] }
  const exec = [process.execPath, join(import.meta.dirname, 'heartbeat.ts'), heartbeats, '{host}']
  const alive = (confirm.alive ?? [{ ssh: 22 }]).map(source => ({
    ...source,
    ...(source.ssh === undefined ? {} : { hosts }),
    ...(source.exec === undefined ? {} : { exec, timeoutSeconds: heartbeatSeconds })
  }))
  return { ...segment, confirm: { ...confirm, alive } }
}

/** A program that has to be started first, on a machine that is busy. */
const heartbeatSeconds = 15
