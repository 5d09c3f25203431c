import type { Authenticator, NamedToken } from './auth.ts'

/** In the query of an action: a test of the way that alarms take. */
export const testKey = 'test'

const path = /\/v1\/alarms(?:\/([^/]+))?\/?$/

/**
 * Reads the URL of an alarm's action as if it had been called. It points at us if it carries one of our alarm tokens; whose token
 * it is, and the host that it names. undefined for everybody else's.
 */
export function readActionUrl(
  text: string,
  authenticate: Authenticator
): { readonly actor: string; readonly host?: string; readonly isTest: boolean } | undefined {
  const url = URL.parse(text)
  const [found, host] = path.exec(url?.pathname ?? '') ?? []
  if (url === null || found === undefined) return undefined
  const offered = [url.password, url.searchParams.get('token') ?? ''].map(decoded).filter(secret => secret !== '')
  const identity = authenticate(offered)
  if (identity?.role !== 'alarms') return undefined
  const isTest = url.searchParams.has(testKey)
  return { actor: identity.name, isTest, ...(host === undefined ? {} : { host: decoded(host) }) }
}

/** The action of a host's alarm at our `base`. The secret is in front of the host, for queries stand in many a log. */
export function actionUrl(base: string, token: NamedToken, host: string, isTest = false): string {
  const url = new URL(`${base.replace(/\/+$/, '')}/v1/alarms/${encodeURIComponent(host)}`)
  url.username = encodeURIComponent(token.name)
  url.password = encodeURIComponent(token.secret)
  if (isTest) url.searchParams.set(testKey, 'true')
  return url.href
}

/** An action without its secrets. */
export function plainAction(text: string): string {
  const url = URL.parse(text)
  return url === null
    ? (text.split('?', 1)[0] ?? '')
    : `${url.origin}${url.pathname}${url.searchParams.has(testKey) ? `?${testKey}=true` : ''}`
}

/** A part that is not well encoded is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
