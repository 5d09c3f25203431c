import type { Authenticator } from './auth.ts'

const path = /\/v1\/alarms(?:\/([^/]+))?\/?$/

/**
 * Reads the URL of an alarm's action as if it had been called. It points at us if it carries one of our alarm tokens; whose token
 * it is, and the host that it names. undefined for everybody else's.
 */
export function readActionUrl(
  text: string,
  authenticate: Authenticator
): { readonly actor: string; readonly host?: string } | undefined {
  const url = URL.parse(text)
  const [found, host] = path.exec(url?.pathname ?? '') ?? []
  if (url === null || found === undefined) return undefined
  const offered = [url.password, url.searchParams.get('token') ?? ''].map(decoded).filter(secret => secret !== '')
  const identity = authenticate(offered)
  if (identity?.role !== 'alarms') return undefined
  return { actor: identity.name, ...(host === undefined ? {} : { host: decoded(host) }) }
}

/** A part that is not well encoded is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
