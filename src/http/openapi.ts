import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { schemas } from './schemas.ts'

const titles = new Map(schemas.map(({ $id, title }) => [$id, title]))

/** Nothing from elsewhere, and plain http stays plain http: many run this without TLS inside their management network. */
const pagePolicy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; script-src-attr 'none'"

/** Collects the contract from the routes that are registered afterwards; /openapi.json and /docs show it, open to all. */
export function describeApi(app: FastifyInstance, version: string): void {
  for (const schema of schemas) app.addSchema(schema)
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Switchover',
        version,
        description: 'N+1 redundancy for OpenStack. Errors are problem+json (RFC 9457) that say what to do.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'alarms', description: 'What Aodh calls.' },
        { name: 'recoveries', description: 'What is done for failed hosts.' },
        { name: 'signals', description: 'What came in.' },
        { name: 'segments', description: 'Who protects whom.' },
        { name: 'arming', description: 'Acting or observing.' },
        { name: 'health', description: 'How we are.' }
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A configured token.' },
          basic: { type: 'http', scheme: 'basic', description: 'The token is the password; the user name is free.' },
          queryToken: { type: 'apiKey', in: 'query', name: 'token', description: 'For alarm actions only.' }
        }
      }
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => titles.get(String(json.$id)) ?? `part-${index}`
    }
  })
  app.register(swaggerUi, { routePrefix: '/docs', staticCSP: pagePolicy, uiConfig: { validatorUrl: null } })
  app.register(async open => {
    open.get('/openapi.json', { schema: { hide: true } }, async () => open.swagger())
  })
}
