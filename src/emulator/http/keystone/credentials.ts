import { randomUUID } from 'node:crypto'
import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { Refusal } from '../../model/refusal.ts'
import type { Face } from '../face.ts'
import type { ApplicationCredential, TokenRecord } from './identity.ts'

interface Params {
  readonly user: string
  readonly id: string
}

interface NewCredential {
  readonly application_credential: {
    readonly name: string
    readonly secret?: string
    readonly description?: string
    readonly expires_at?: string | null
  }
}

/** A user's application credentials. Keystone takes times without a zone, in UTC, and none that are past. */
export const credentialRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face: { identity } }, done) => {
  const path = '/v3/users/:user/application_credentials'

  app.post<{ Params: Params; Body: NewCredential }>(path, (request, reply) => {
    const { user, methods } = ownerOf(request)
    // Keystone: one that is restricted makes no others.
    if (methods.includes('application_credential')) throw new Refusal(403, forbidden('create'))
    const { name, secret = randomUUID(), expires_at: expires } = request.body.application_credential
    const expiresAtMs = typeof expires === 'string' ? Date.parse(`${expires.replace(/Z$/, '')}Z`) : undefined
    if (expiresAtMs !== undefined && !(expiresAtMs > Date.now()))
      throw new Refusal(400, 'Invalid expires_at: it is in the past')
    const made = { id: randomUUID().replaceAll('-', ''), name, secret, user, expiresAtMs }
    identity.credentials.set(made.id, made)
    return reply.code(201).send({ application_credential: { ...shown(made), secret } })
  })

  app.get<{ Params: Params }>(path, request => {
    const { user } = ownerOf(request)
    const own = [...identity.credentials.values()].filter(each => each.user.id === user.id)
    return { application_credentials: own.map(shown), links: {} }
  })

  app.delete<{ Params: Params }>(`${path}/:id`, (request, reply) => {
    const { methods } = ownerOf(request)
    if (methods.includes('application_credential')) throw new Refusal(403, forbidden('delete'))
    const { id } = request.params
    if (!identity.credentials.delete(id)) throw new Refusal(404, `Could not find Application Credential: ${id}.`)
    return reply.code(204).send()
  })

  function ownerOf(request: FastifyRequest<{ Params: Params }>): TokenRecord {
    const token = identity.find(String(request.headers['x-auth-token']))
    if (token === undefined) throw new Refusal(401, 'The request you have made requires authentication.')
    if (token.user.id !== request.params.user) throw new Refusal(403, forbidden('list'))
    return token
  }
  done()
}

function forbidden(deed: string): string {
  return `You are not authorized to perform the requested action: identity:${deed}_application_credential.`
}

function shown({ id, name, user, expiresAtMs }: ApplicationCredential): object {
  return {
    id,
    name,
    description: null,
    project_id: user.project.id,
    roles: user.roles.map(role => ({ id: role, name: role })),
    unrestricted: false,
    expires_at: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString().replace('Z', '000')
  }
}
