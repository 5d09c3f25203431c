import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { Refusal } from '../../model/refusal.ts'
import { asked, type Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'
import { catalogFor } from './catalog.ts'
import { credentialRoutes } from './credentials.ts'
import { domain, type TokenRecord } from './identity.ts'
import { type LoginBody, logIn } from './log-in.ts'

/** Keystone, as far as clients log in with it. */
export const keystoneRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  answerFaults(app, faultBodies.keystone)
  const version = () => ({
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${face.url()}/identity/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }]
  })
  const versions = () => ({ versions: { values: [version()] } })
  app.get('/', (_request, reply) => reply.code(300).send(versions()))
  app.get('/v3', () => ({ version: version() }))
  app.get('/v3/', () => ({ version: version() }))

  app.post<{ Body: LoginBody }>('/v3/auth/tokens', (request, reply) => {
    const token = logIn(face.identity, request.body)
    reply.code(201).header('x-subject-token', token.id)
    return reply.send({ token: tokenBody(face, token, asked(request, 'nocatalog') === undefined) })
  })

  app.get('/v3/auth/tokens', (request, reply) => {
    const subject = subjectOf(face, request, 'validate_token')
    reply.header('x-subject-token', subject.id)
    return { token: tokenBody(face, subject, asked(request, 'nocatalog') === undefined) }
  })

  app.delete('/v3/auth/tokens', (request, reply) => {
    face.identity.revoke(subjectOf(face, request, 'revoke_token').id)
    return reply.code(204).send()
  })

  void app.register(credentialRoutes, { face })
  app.get('/v3/projects', () => ({ projects: face.identity.projects.map(projectBody), links: {} }))
  app.get('/v3/auth/projects', () => ({ projects: face.identity.projects.map(projectBody), links: {} }))
  done()
}

/** The token that is asked about: one's own, or an admin may ask about any. */
function subjectOf({ identity }: Face, request: FastifyRequest, rule: string): TokenRecord {
  const { 'x-auth-token': mine, 'x-subject-token': theirs } = request.headers
  const own = identity.find(String(mine))
  if (own === undefined) throw new Refusal(401, 'The request you have made requires authentication.')
  const subject = identity.find(String(theirs))
  if (subject === undefined) throw new Refusal(404, 'Could not recognize Fernet token')
  if (subject.id !== own.id && !own.user.roles.includes('admin')) {
    throw new Refusal(403, `You are not authorized to perform the requested action: identity:${rule}.`)
  }
  return subject
}

const projectBody = (project: { id: string; name: string }) => ({
  ...project,
  domain_id: domain.id,
  enabled: true,
  is_domain: false,
  parent_id: domain.id,
  description: '',
  tags: [],
  options: {},
  links: {}
})

function tokenBody(face: Face, token: TokenRecord, withCatalog: boolean): object {
  const { user, project } = token
  return {
    methods: token.methods,
    user: { id: user.id, name: user.name, domain, password_expires_at: null },
    audit_ids: [token.id.slice(0, 22)],
    issued_at: micros(token.issuedAtMs),
    expires_at: micros(token.expiresAtMs),
    ...(project === undefined
      ? {}
      : {
          project: { id: project.id, name: project.name, domain },
          is_domain: false,
          roles: user.roles.map(name => ({ id: name, name })),
          ...(withCatalog ? { catalog: catalogFor(face.url(), project.id) } : {})
        })
  }
}

const micros = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')
