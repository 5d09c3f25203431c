import { isIP } from 'node:net'
import { FencingError } from '../../errors.ts'

export interface IpmiHost {
  /** In place of the template. */
  readonly address?: string
  readonly user?: string
  readonly password?: string
  /** The system GUID that its BMC must tell. */
  readonly uuid?: string
}

export interface IpmiOptions {
  readonly type: 'ipmi'
  /** Template of the BMC's address, NAME or NAME:PORT with {host}. */
  readonly address?: string
  readonly user: string
  readonly password: string
  readonly privilege: 'OPERATOR' | 'ADMINISTRATOR'
  readonly cipherSuite: 3 | 17
  readonly requestTimeoutSeconds: number
  readonly settleSeconds: number
  /** ipmitool. */
  readonly program: string
  readonly hosts: Readonly<Record<string, IpmiHost>>
}

const usualPort = '623'

/** Name and port of a host's BMC. Throws FencingError `refused` when the configuration does not tell it. */
export function placeOf(options: IpmiOptions, host: string): { readonly name: string; readonly port: string } {
  const own = options.hosts[host]
  const template = own?.address ?? options.address
  if (template === undefined) throw new FencingError('refused', `${host}: no address of its BMC is configured`)
  if (own?.address === undefined && !template.includes('{host}') && own?.uuid === undefined) {
    // Else every host would be switched off by the one machine that stands behind that address.
    throw new FencingError('refused', `${host}: the address has no {host}, so the host needs a uuid`)
  }
  const text = template.replaceAll('{host}', host)
  if (isIP(text) === 6) return { name: text, port: usualPort }
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s-][^:\s]*))(?::(\d{1,5}))?$/.exec(text) ?? []
  const name = bracketed ?? plain
  if (name === undefined) {
    throw new FencingError('refused', `${host}: the address of its BMC must be like bmc.example or 10.1.0.11:623`)
  }
  return { name, port: port ?? usualPort }
}
