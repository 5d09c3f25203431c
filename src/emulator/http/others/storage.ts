import type { FastifyPluginAsync } from 'fastify'
import { lastBeat } from '../../model/hosts.ts'
import type { Face } from '../face.ts'

/** The hosts' heartbeats on the shared storage, as a program beside the network reads them. */
export const storageRoutes: FastifyPluginAsync<{ face: Face }> = async (app, { face: { world } }) => {
  app.get<{ Params: { host: string } }>('/heartbeats/:host', async ({ params }, reply) => {
    const host = world.hosts.get(params.host)
    if (host === undefined) return await reply.code(404).send({ error: `there is no host ${params.host}` })
    // Read before the clock: real time goes on between two looks at it.
    const beatMs = lastBeat(world, host)
    return { host: host.name, ageMs: world.clock.now() - beatMs }
  })
}
