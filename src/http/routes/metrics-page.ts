import type { FastifyPluginAsync } from 'fastify'
import { answers, peopleSecurity } from '../contract.ts'
import type { Guard } from '../guard.ts'
import type { HttpMetrics } from '../metrics.ts'

export interface MetricsPage {
  readonly metrics: Pick<HttpMetrics, 'registry'>
  readonly guard: Guard
  /** Without a token, for a Prometheus that has none. */
  readonly isOpen: boolean
}

/** GET /metrics: Prometheus' text. */
export const metricsPage: FastifyPluginAsync<MetricsPage> = async (app, { metrics, guard, isOpen }) => {
  const text = { description: 'The metrics.', content: { 'text/plain': { schema: { type: 'string' } } } }
  const schema = {
    tags: ['health'],
    summary: 'Read the metrics (Prometheus)',
    ...(isOpen ? {} : { security: peopleSecurity }),
    response: answers({ 200: text }, ...(isOpen ? [] : [401, 403]))
  }
  app.get('/metrics', { schema, ...(isOpen ? {} : { onRequest: guard('viewer') }) }, async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}
