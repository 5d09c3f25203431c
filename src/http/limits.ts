import type { FastifyInstance, onRequestHookHandler } from 'fastify'

export interface HttpLimits {
  /** Deliveries that are being written down at one time; Aodh forgets what it was refused, so it is generous. */
  readonly alarmsInFlight: number
  /** Other requests of the API at one time. */
  readonly requestsInFlight: number
  /** Requests without a valid token from one address, after which they are told to wait. */
  readonly refusalsPerMinute: number
}

export const defaultHttpLimits: HttpLimits = { alarmsInFlight: 512, requestsInFlight: 64, refusalsPerMinute: 60 }

/** Lets at most `max` requests in at one time; runs before the body is read, so that it bounds memory as well. */
export function createGate(app: FastifyInstance, max: number): onRequestHookHandler {
  let inside = 0
  return (_request, reply, done) => {
    if (inside >= max) {
      const detail = `${max} requests are being served already. Try again in a second.`
      return done(app.httpErrors.createError(429, detail, { headers: { 'retry-after': '1' } }))
    }
    inside += 1
    // Fastify's own hook does not run when the client goes away; the socket's end always does.
    reply.raw.once('close', () => {
      inside -= 1
    })
    done()
  }
}
