import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Authenticator, Role } from './auth.ts'
import { mayAct, offeredSecrets } from './auth.ts'
import type { Refusals } from './refusals.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the token; empty on open routes. */
    actor: string
  }
}

export type Guard = (needed: Role) => onRequestHookHandler

const challenges = ['Basic realm="switchover", charset="UTF-8"', 'Bearer realm="switchover"']

/** Lets in who has a token of the needed role, before anything of the body is read. */
export function createGuard(app: FastifyInstance, authenticate: Authenticator, refusals: Refusals): Guard {
  const { createError } = app.httpErrors

  function unauthorized(request: FastifyRequest): Error {
    if (refusals.isTooMany(request.ip)) {
      const detail =
        'Too many requests without a valid token came from this address. Correct the token, and wait a minute.'
      return createError(429, detail, { headers: { 'retry-after': '60' } })
    }
    const detail =
      'Send a configured token: "Authorization: Bearer …", or basic auth with the token as the password; alarms also as ?token=.'
    return createError(401, detail, { headers: { 'www-authenticate': challenges } })
  }

  return needed => (request, _reply, done) => {
    // Aodh's actions are URLs, so only they may carry it in the query, where it ends up in logs of others.
    const queryToken = needed === 'alarms' ? (request.query as Record<string, unknown>).token : undefined
    const identity = authenticate(offeredSecrets(request.headers.authorization, queryToken))
    if (identity === undefined) return done(unauthorized(request))
    if (!mayAct(identity.role, needed)) {
      const detail = `This needs the role ${needed}; the token "${identity.name}" has the role ${identity.role}.`
      return done(createError(403, detail))
    }
    request.actor = identity.name
    done()
  }
}
