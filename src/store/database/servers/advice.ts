import { messageOf } from '../../../errors.ts'

/** What to do about a failure of the network, or of TLS, by its code. Servers' own errors: beside their numbers. */
const adviceByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: start the database, or correct host and port in store.url',
  ENOTFOUND: 'no such host: correct its name in store.url, or the DNS',
  EAI_AGAIN: 'the DNS does not answer',
  EHOSTUNREACH: 'there is no way to this host: look at the network',
  ENETUNREACH: 'there is no way to this host: look at the network',
  ETIMEDOUT: 'the host does not answer: look at the network and at firewalls',
  HANDSHAKE_NO_SSL_SUPPORT: 'switch TLS on at the server, or leave tls=… out of store.url',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name: use that name in store.url, or tls=required with ca=…, which does not look at the name',
  CERT_HAS_EXPIRED: "the server's certificate has expired: renew it",
  ...Object.fromEntries(
    [
      'HANDSHAKE_SSL_ERROR',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
    ].map(code => [code, "name the file of the authority that signed the server's certificate: &ca=/etc/ssl/…pem"])
  )
}

/** What the system trusts is trusted here anyway. */
const hintOfNode = /; if the root CA is installed locally.*$/

/** What went wrong and what to do; `own`: what the server's error, if it is one, calls for. */
export function sayFailure(error: unknown, own: string | undefined): string {
  const advice = own ?? adviceByCode[codeOf(error) ?? '']
  // Of several addresses of one name each failed for itself, and their common error says nothing.
  const message = messageOf(error).replace(hintOfNode, '') || (codeOf(error) ?? 'it failed')
  return advice === undefined ? message : `${message}: ${advice}`
}

function codeOf(error: unknown): string | undefined {
  if (!Error.isError(error) || !('code' in error) || typeof error.code !== 'string') return undefined
  // mysql2 has one code for all that may be wrong with a certificate, and leaves the message.
  if (error.code !== 'HANDSHAKE_SSL_ERROR') return error.code
  if (error.message.includes('altnames')) return 'ERR_TLS_CERT_ALTNAME_INVALID'
  return error.message.includes('expired') ? 'CERT_HAS_EXPIRED' : error.code
}
