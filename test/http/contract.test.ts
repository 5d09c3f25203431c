import { expect, test } from '@jest/globals'
import type { FastifyInstance } from 'fastify'
import health from '../../schemas/health.json' with { type: 'json' }
import recoverySummary from '../../schemas/recovery-summary.json' with { type: 'json' }
import type { HoldCode } from '../../src/core/recovery.ts'
import { schemas } from '../../src/http/schemas.ts'
import { alice, expectProblem, expectToMatch, secrets, testApp } from './support.ts'

/** Routes that are no part of the API: its description. */
const pages = /^\/(docs|openapi\.json)/

interface Route {
  readonly method: string
  readonly url: string
}

async function withRoutes(): Promise<{ app: FastifyInstance; routes: Route[]; logged: () => string }> {
  const { app, logged } = testApp()
  const routes: Route[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) if (each !== 'HEAD' && !pages.test(url)) routes.push({ method: each, url })
  })
  await app.ready()
  return { app, routes, logged }
}

interface OpenApi {
  openapi: string
  paths: Record<string, Record<string, { security?: object[]; summary?: string; responses: Record<string, object> }>>
  components: { schemas: Record<string, object> }
}

async function contractOf(app: FastifyInstance): Promise<OpenApi> {
  return (await app.inject({ url: '/openapi.json' })).json<OpenApi>()
}

test('the contract names exactly the routes that there are', async () => {
  const { app, routes } = await withRoutes()
  const { openapi, paths } = await contractOf(app)
  expect(openapi).toBe('3.1.0')
  const described = Object.entries(paths).flatMap(([url, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${url}`)
  )
  const registered = routes.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
  expect(described.toSorted()).toEqual([...new Set(registered)].toSorted())
})

test('every route says what it does, who may use it, and what it answers', async () => {
  const { paths } = await contractOf((await withRoutes()).app)
  const open = ['/health/live', '/health/ready']
  for (const [url, methods] of Object.entries(paths)) {
    for (const { security, summary, responses } of Object.values(methods)) {
      expect(summary).not.toBe('')
      expect(security === undefined).toBe(open.includes(url))
      if (!open.includes(url)) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']))
    }
  }
})

test('every schema is in the contract under its title, and every reference leads somewhere', async () => {
  const contract = await contractOf((await withRoutes()).app)
  expect(Object.keys(contract.components.schemas).toSorted()).toEqual(schemas.map(({ title }) => title).toSorted())
  const references = JSON.stringify(contract).matchAll(/"\$ref":"([^"]+)"/g)
  for (const [, reference = ''] of references) {
    expect(reference).toMatch(/^#\/components\/schemas\//)
    expect(Object.keys(contract.components.schemas)).toContain(reference.split('/').at(-1))
  }
})

test('every schema and each of its properties is described', () => {
  const undescribed: string[] = []
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [name, property] of Object.entries((node as { properties?: object }).properties ?? {})) {
      if (!('description' in property) && !('$ref' in property)) undescribed.push(`${path}/${name}`)
    }
    for (const [key, child] of Object.entries(node)) visit(child, `${path}/${key}`)
  }
  for (const schema of schemas) visit(schema, schema.$id)
  expect(undescribed).toEqual([])
})

test('the contract names every reason to hold', () => {
  const codes: Record<HoldCode, true> = {
    ...{
      unconfirmed: true,
      'compute-down': true,
      degraded: true,
      maintenance: true,
      observing: true,
      approval: true,
      guard: true
    },
    ...{ 'no-target': true, 'not-fenced': true, power: true, proof: true, isolation: true, target: true },
    ...{ 'other-tool': true, cloud: true, servers: true }
  }
  const inContract = [
    recoverySummary.properties.hold.properties.code.enum,
    health.properties.held.items.properties.code.enum
  ]
  for (const named of inContract) expect(named.toSorted()).toEqual(Object.keys(codes).toSorted())
})

test('no route of the API lets anybody in without a token, but for the two probes', async () => {
  const { app, routes } = await withRoutes()
  for (const { method, url } of routes) {
    const answer = await app.inject({ method: method as 'GET', url: url.replace(/:\w+/g, 'x') })
    if (url === '/health/live' || url === '/health/ready') expect(answer.statusCode).toBe(200)
    else expectProblem(answer, 401, 'unauthorized')
  }
})

test('no route of the API ever redirects', async () => {
  const { app, routes } = await withRoutes()
  for (const { method, url } of routes) {
    for (const variant of [url, `${url}/`, `/${url}`, url.toUpperCase(), `${url}?token=x`, `${url}#x`]) {
      for (const headers of [{}, alice, { authorization: `Bearer ${secrets.aodh}` }]) {
        const answer = await app.inject({ method: method as 'GET', url: variant.replace(/:\w+/g, 'x'), headers })
        expect(Math.floor(answer.statusCode / 100)).not.toBe(3)
        if (answer.statusCode >= 400) expectToMatch('problem', answer.json())
      }
    }
  }
})

test('the description is open to all and has a page', async () => {
  const { app } = await withRoutes()
  expect((await app.inject({ url: '/openapi.json' })).statusCode).toBe(200)
  const page = await app.inject({ url: '/docs' })
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
})
