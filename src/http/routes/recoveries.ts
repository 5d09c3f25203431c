import type { FastifyPluginAsync } from 'fastify'
import type { OperatorStore, RecoveryStore } from '../../controller/ports/ports.ts'
import { answers, idParams, json, listOf, listQuery, peopleSecurity, ref } from '../contract.ts'
import { detailOf, summaryOf } from '../recovery-view.ts'
import { recoveryStates } from '../words.ts'

export interface RecoveryRoutes {
  readonly store: Pick<OperatorStore, 'recoveries' | 'recovery' | 'events'> & Pick<RecoveryStore, 'steps' | 'signalsOf'>
}

interface Filters {
  state?: string
  host?: string
  segment?: string
  since?: string
  limit: number
  cursor?: string
}

const filters = {
  state: { enum: [...recoveryStates, 'open'], description: 'Only those in this state; open: all that have not ended.' },
  host: { type: 'string', minLength: 1, maxLength: 255, description: 'Only those of this host.' },
  segment: { type: 'string', minLength: 1, maxLength: 255, description: 'Only those of this segment.' },
  since: { type: 'string', format: 'date-time', description: 'Only those opened at or after this moment (RFC 3339).' }
}

/** GET /v1/recoveries[/{id}]: what was and is done for failed hosts. */
export const recoveryRoutes: FastifyPluginAsync<RecoveryRoutes> = async (app, { store }) => {
  const list = {
    tags: ['recoveries'],
    security: peopleSecurity,
    summary: 'List recoveries, the newest first',
    querystring: listQuery(filters),
    response: answers({ 200: json('A page of them.', listOf('recovery-summary')) }, 400, 401, 403, 503)
  }
  app.get<{ Querystring: Filters }>('/v1/recoveries', { schema: list }, async request => {
    const { since, ...query } = request.query
    const page = await store.recoveries({ ...query, ...(since === undefined ? {} : { sinceMs: Date.parse(since) }) })
    return { ...page, items: page.items.map(summaryOf) }
  })

  const one = {
    tags: ['recoveries'],
    security: peopleSecurity,
    summary: 'Read one recovery: evidence, guards, plan, proofs, moves, timeline',
    params: idParams,
    response: answers({ 200: json('The recovery.', ref('recovery')) }, 401, 403, 404, 503)
  }
  app.get<{ Params: { id: string } }>('/v1/recoveries/:id', { schema: one }, async request => {
    const { id } = request.params
    const stored = await store.recovery(id)
    if (stored === undefined) {
      throw app.httpErrors.notFound(`There is no recovery ${id}. GET /v1/recoveries lists them.`)
    }
    return detailOf(stored, await store.steps(id), await store.events(id), await store.signalsOf(id))
  })
}
