import type { FastifyPluginAsync } from 'fastify'
import type { Arming, RecoveryStore } from '../../controller/ports/ports.ts'
import type { Service } from '../../controller/service/service.ts'
import type { ArmingChange } from '../../schemas/arming-change.d.ts'
import { answers, json, peopleSecurity, ref } from '../contract.ts'
import type { Guard } from '../guard.ts'

export interface ArmingRoutes {
  readonly service: Pick<Service, 'setArming' | 'inForce' | 'knowsSegment'>
  readonly store: Pick<RecoveryStore, 'arming'>
  readonly guard: Guard
}

/** /v1/arming: whether we act or only observe. */
export const armingRoutes: FastifyPluginAsync<ArmingRoutes> = async (app, { service, store, guard }) => {
  const read = {
    tags: ['arming'],
    summary: 'Read the switch between acting and observing',
    security: peopleSecurity,
    response: answers({ 200: json('As it is set.', ref('arming')) }, 401, 403, 503)
  }
  app.get('/v1/arming', { schema: read }, async () => viewOf(await store.arming()))

  const viewOf = (arming: Arming) => ({ ...arming, inForce: service.inForce(arming) })

  const change = {
    tags: ['arming'],
    summary: 'Arm, observe, or go back to the configuration',
    security: peopleSecurity,
    body: ref('arming-change'),
    response: answers({ 200: json('As it is set now.', ref('arming')) }, 400, 401, 403, 413, 415, 429, 503)
  }
  app.put<{ Body: ArmingChange }>('/v1/arming', { schema: change, onRequest: guard('operator') }, async request => {
    const { reason, ...wanted } = request.body
    // A misspelt segment would leave the real one as it was, and nobody would know. One that is gone can be forgotten.
    const { segments: said } = await store.arming()
    const unknown = Object.entries(wanted.segments ?? {}).flatMap(([name, armed]) =>
      service.knowsSegment(name) || (armed === null && name in said) ? [] : name
    )
    if (unknown.length > 0)
      throw app.httpErrors.badRequest(`No such segment: ${unknown.join(', ')}. GET /v1/segments lists them.`)
    const arming = await service.setArming(wanted, request.actor, reason)
    request.log.info({ actor: request.actor, reason, ...wanted }, 'arming changed')
    return viewOf(arming)
  })
}
