import { readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import { ConfigError, messageOf } from '../../../errors.ts'
import type { TlsDemand } from '../../../store-url.ts'

/** Made once and used for each connection; undefined: not encrypted. */
export interface Tls {
  readonly rejectUnauthorized: boolean
  /** The certificate must be made out for the host that was asked for. */
  readonly verifiesName: boolean
  readonly ca: string[]
}

/** Throws ConfigError when the file of certificates can't be read. */
export function tlsOf({ mode, ca }: TlsDemand): Tls | undefined {
  if (mode === 'off') return undefined
  return {
    rejectUnauthorized: mode === 'verified' || ca !== undefined,
    verifiesName: mode === 'verified',
    ca: ca === undefined ? [...getCACertificates('default'), ...getCACertificates('system')] : [read(ca)]
  }
}

function read(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError('store.url', [`the file of ca=… can't be read: ${messageOf(error)}`])
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new ConfigError('store.url', [`${file} (ca=…) holds no certificate in PEM ("-----BEGIN CERTIFICATE-----")`])
}
