import { Refusal } from '../../model/refusal.ts'
import type { Identity, Project, TokenRecord, User } from './identity.ts'

interface Named {
  readonly id?: string
  readonly name?: string
}

/** The body of POST /v3/auth/tokens, as far as it is understood here. */
export interface LoginBody {
  readonly auth?: {
    readonly identity?: {
      readonly methods?: readonly string[]
      readonly password?: { readonly user?: Named & { readonly password?: string } }
      readonly token?: { readonly id?: string }
      readonly application_credential?: Named & { readonly secret?: string }
    }
    readonly scope?: { readonly project?: Named } | 'unscoped'
  }
}

const wrong = 'The request you have made requires authentication.'

export function logIn(identity: Identity, body: LoginBody | undefined): TokenRecord {
  const methods = body?.auth?.identity?.methods
  if (methods === undefined || methods.length === 0) {
    throw new Refusal(
      400,
      'Expecting to find identity in auth. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.'
    )
  }
  const { user, project, notAfterMs } = whoIs(identity, body, methods)
  return identity.issue(user, scopeOf(identity, body, user) ?? project, methods, notAfterMs)
}

function whoIs(
  identity: Identity,
  body: LoginBody | undefined,
  methods: readonly string[]
): { user: User; project?: Project; notAfterMs?: number | undefined } {
  const given = body?.auth?.identity
  if (methods.includes('application_credential')) {
    const named = given?.application_credential
    const found = [...identity.credentials.values()].find(({ id, name }) => named?.id === id || named?.name === name)
    if (
      found === undefined ||
      named?.secret !== found.secret ||
      Date.now() >= (found.expiresAtMs ?? Number.POSITIVE_INFINITY)
    )
      throw new Refusal(401, wrong)
    return { user: found.user, project: found.user.project, notAfterMs: found.expiresAtMs }
  }
  if (methods.includes('token')) {
    const token = identity.find(given?.token?.id)
    if (token === undefined) throw new Refusal(401, wrong)
    return token.project === undefined ? { user: token.user } : { user: token.user, project: token.project }
  }
  const asked = given?.password?.user
  const user = identity.users.find(each => each.id === asked?.id || each.name === asked?.name)
  if (user === undefined || user.password !== asked?.password) throw new Refusal(401, wrong)
  return { user }
}

function scopeOf(identity: Identity, body: LoginBody | undefined, user: User): Project | undefined {
  const scope = body?.auth?.scope
  if (scope === undefined || scope === 'unscoped' || scope.project === undefined) return undefined
  const asked = scope.project
  const project = identity.projects.find(each => each.id === asked.id || each.name === asked.name)
  if (project === undefined || project.id !== user.project.id) throw new Refusal(401, wrong)
  return project
}
