import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { Service } from '../../controller/service/service.ts'
import { answers, json, listOf, peopleSecurity, ref } from '../contract.ts'
import { planFor } from '../hosts.ts'

export interface SegmentRoutes {
  readonly service: Pick<Service, 'segments' | 'dryRun' | 'knowsHost'>
  readonly clock: Clock
}

const tags = ['segments']
const security = peopleSecurity
const name = { type: 'string', minLength: 1, maxLength: 255 }

/** /v1/segments and /v1/plan: who protects whom, and what would happen now. */
export const segmentRoutes: FastifyPluginAsync<SegmentRoutes> = async (app, { service, clock }) => {
  const list = {
    tags,
    security,
    summary: 'List the segments with their hosts and spares',
    response: answers({ 200: json('All of them.', listOf('segment')) }, 401, 403, 502, 503)
  }
  app.get('/v1/segments', { schema: list }, async () => ({ items: await service.segments() }))

  const one = {
    tags,
    security,
    summary: 'Read one segment',
    params: { type: 'object', required: ['name'], properties: { name: { ...name, description: 'Its name.' } } },
    response: answers({ 200: json('The segment.', ref('segment')) }, 401, 403, 404, 502, 503)
  }
  app.get<{ Params: { name: string } }>('/v1/segments/:name', { schema: one }, async request => {
    const segment = (await service.segments()).find(candidate => candidate.name === request.params.name)
    if (segment === undefined)
      throw app.httpErrors.notFound(`There is no segment ${request.params.name}. GET /v1/segments lists them.`)
    return segment
  })

  const plan = {
    tags,
    security,
    summary: 'What would happen if this host died now',
    querystring: {
      type: 'object',
      required: ['host'],
      properties: { host: { ...name, description: 'The service host.' } },
      additionalProperties: false
    },
    response: answers({ 200: json('Evidence, guards and plan.', ref('dry-run')) }, 400, 401, 403, 404, 502, 503)
  }
  app.get<{ Querystring: { host: string } }>('/v1/plan', { schema: plan }, async request =>
    planFor(app, service, clock, request.query.host)
  )
}
