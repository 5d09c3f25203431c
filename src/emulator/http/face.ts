import type { FastifyRequest } from 'fastify'
import type { AlarmEvaluator } from '../model/alarm-evaluator.ts'
import { Refusal } from '../model/refusal.ts'
import type { World } from '../model/world.ts'
import type { Identity, TokenRecord } from './keystone/identity.ts'

/** What every service of the HTTP face stands on. */
export interface Face {
  readonly world: World
  readonly evaluator: AlarmEvaluator
  readonly identity: Identity
  /** The newest that Nova knows. */
  readonly microversion: string
  /** Services, by the first part of their path, that answer 503 until that time of the world, ms. */
  readonly away: Map<string, number>
  /** Where the server is reached, without a slash at the end. */
  url(): string
}

/** Who asks: the token is read once, before the service sees the request. */
export interface Caller extends TokenRecord {
  readonly projectId: string
  readonly isAdmin: boolean
}

const callers = new WeakMap<FastifyRequest, Caller>()

/** Keystone's middleware, which stands before each service. */
export function authenticate(face: Face, request: FastifyRequest): void {
  const header = request.headers['x-auth-token']
  const token = face.identity.find(typeof header === 'string' ? header : undefined)
  if (token === undefined) throw new Refusal(401, 'The request you have made requires authentication.')
  const { project, user } = token
  callers.set(request, { ...token, projectId: project?.id ?? '', isAdmin: user.roles.includes('admin') })
}

export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request)
  if (caller === undefined) throw new Refusal(500, 'the request was not authenticated')
  return caller
}

/** Throws Nova's 403 for anybody who is no admin of a project. */
export function requireAdmin(request: FastifyRequest, rule: string): Caller {
  const caller = callerOf(request)
  if (!caller.isAdmin || caller.projectId === '') {
    throw new Refusal(403, `Policy doesn't allow ${rule} to be performed.`)
  }
  return caller
}

export type Query = Readonly<Record<string, string | string[] | undefined>>

export function queryOf(request: FastifyRequest): Query {
  return request.query as Query
}

/** One value of the query; the last counts. */
export function asked(request: FastifyRequest, key: string): string | undefined {
  const value = queryOf(request)[key]
  return Array.isArray(value) ? value.at(-1) : value
}
