import type { FastifyPluginCallback } from 'fastify'
import { imageId } from '../compute/server-view.ts'
import { authenticate, type Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'

/** Glance: one image, so that clients which show an image's name find it. */
export const glanceRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  answerFaults(app, faultBodies.keystone)
  const image = {
    id: imageId,
    name: 'tiny',
    status: 'active',
    visibility: 'public',
    container_format: 'bare',
    disk_format: 'raw',
    size: 1,
    min_disk: 0,
    min_ram: 0,
    tags: []
  }
  const versions = () => ({
    versions: [{ id: 'v2.9', status: 'CURRENT', links: [{ rel: 'self', href: `${face.url()}/image/v2/` }] }]
  })
  app.get('/', (_request, reply) => reply.code(300).send(versions()))
  app.get('/v2/images', request => {
    authenticate(face, request)
    return { images: [image], first: '/v2/images', schema: '/v2/schemas/images' }
  })
  app.get<{ Params: { id: string } }>('/v2/images/:id', request => {
    authenticate(face, request)
    return image
  })
  done()
}
