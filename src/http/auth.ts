import { createHash, timingSafeEqual } from 'node:crypto'

/** `alarms` may deliver alarms and nothing else; an `operator` may do all that a `viewer` may. */
export type Role = 'alarms' | 'viewer' | 'operator'

/** Several of a kind may be valid at once, so that one can be replaced without a gap. */
export interface NamedToken {
  readonly name: string
  readonly secret: string
}

export interface AuthConfig {
  readonly alarms: { readonly tokens: readonly NamedToken[] }
  readonly operators: { readonly tokens: readonly (NamedToken & { readonly role: 'operator' | 'viewer' })[] }
}

/** Whose token it was; its name is the actor of all that follows. */
export interface Identity {
  readonly name: string
  readonly role: Role
}

/** Answers who holds one of the offered secrets, or undefined. */
export type Authenticator = (offered: readonly string[]) => Identity | undefined

/** Every known token is compared with every offer, so that the time taken tells nothing about either. */
export function createAuthenticator(config: AuthConfig): Authenticator {
  const known = [
    ...config.alarms.tokens.map(token => ({
      name: token.name,
      role: 'alarms' as const,
      digest: digestOf(token.secret)
    })),
    ...config.operators.tokens.map(({ name, role, secret }) => ({ name, role, digest: digestOf(secret) }))
  ]
  return offered => {
    let found: Identity | undefined
    for (const secret of offered) {
      const digest = digestOf(secret)
      for (const { name, role, digest: expected } of known) {
        if (timingSafeEqual(digest, expected)) found ??= { name, role }
      }
    }
    return found
  }
}

/** The secrets that a request offers: a bearer token, the password of basic auth, and the query's token where that counts. */
export function offeredSecrets(authorization: string | undefined, queryToken: unknown): string[] {
  const offered: string[] = []
  const [scheme = '', credentials = ''] = (authorization ?? '').trim().split(/ +(.*)/s)
  if (scheme.toLowerCase() === 'bearer') offered.push(credentials)
  if (scheme.toLowerCase() === 'basic') offered.push(passwordOf(credentials))
  if (typeof queryToken === 'string') offered.push(queryToken)
  return offered.filter(secret => secret !== '')
}

export function mayAct(role: Role, needed: Role): boolean {
  return role === needed || (role === 'operator' && needed === 'viewer')
}

/** The user's name is free: Aodh's URLs must have one, and browsers ask for one. */
function passwordOf(credentials: string): string {
  const pair = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon === -1 ? '' : pair.slice(colon + 1)
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
