import { FencingError } from '../../errors.ts'
import type { Machine } from './system.ts'

export interface RedfishHost extends Machine {
  /** In place of the template. */
  readonly url?: string
  readonly user?: string
  readonly password?: string
}

export interface RedfishOptions {
  readonly type: 'redfish'
  /** Template of the BMC's address, `https://{host}-bmc.example`; may be left out when each host has its own. */
  readonly url?: string
  readonly user: string
  readonly password: string
  /** Path of a PEM file with the authorities of the BMCs' certificates. */
  readonly ca?: string
  /** SHA-256 of the certificate, hex, in place of any authority. */
  readonly fingerprint?: string
  /** Takes any certificate. */
  readonly insecure: boolean
  /** Of each request; 10. */
  readonly requestTimeoutSeconds?: number
  /** How long a BMC may take to carry out what it accepted; 30. */
  readonly settleSeconds?: number
  readonly hosts: Readonly<Record<string, RedfishHost>>
}

/** Scheme, host and port of a host's BMC. Throws FencingError `refused` when the configuration does not tell it. */
export function originOf(options: RedfishOptions, host: string): string {
  const own = options.hosts[host]
  const template = own?.url ?? options.url
  if (template === undefined) throw new FencingError('refused', `${host}: no address of its BMC is configured`)
  const isItsOwn = own?.url !== undefined || template.includes('{host}')
  if (!isItsOwn && own?.system === undefined && own?.uuid === undefined && own?.serial === undefined) {
    // Else every host would be switched off by the one machine that stands behind that address.
    throw new FencingError('refused', `${host}: the address has no {host}, so the host needs a system, uuid or serial`)
  }
  const text = template.replaceAll('{host}', host)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || !/^\/(redfish(\/v1)?\/?)?$/.test(url.pathname)) {
    throw new FencingError('refused', `${host}: the address of its BMC must be like https://bmc.example:8443`)
  }
  return url.origin
}
