import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'

/** What is odd about a BMC; data, changed while it runs. */
export interface Habits {
  stuckOn?: boolean
  /** So many readings say PoweringOff after a ForceOff. */
  poweringOffReadings?: number
  uuid?: string
  serial?: string
  power?: string
  /** This many requests with a token are answered 401, and the sessions are forgotten. */
  forgetsSessions?: number
  noSessionService?: boolean
  /** The session service answers this. */
  loginStatus?: number
  refusesEverybody?: boolean
  /** Every request is answered this. */
  status?: number
  /** ForceOff is answered this; `and` whether it is carried out nevertheless. */
  resetStatus?: number
  resetWorks?: boolean
  /** Never answers what has this method. */
  hangs?: 'GET' | 'POST-reset' | 'everything'
  systems?: string[]
  resetTypes?: string[] | 'by ActionInfo' | 'not told'
  body?: string
  slashes?: boolean
}

export interface FakeBmc {
  readonly url: string
  readonly habits: Habits
  /** "POST /redfish/v1/…", in order. */
  readonly log: string[]
  readonly openSessions: () => number
  readonly power: () => string
  /** Resolves when a request comes that hangs, with a promise of the end of its connection. */
  readonly hung: () => Promise<{ closed: Promise<void> }>
  close(): Promise<void>
}

export const user = 'ops'
export const password = 'hunter2-very-secret'
export const certificate = readFileSync(new URL('tls/cert.pem', import.meta.url), 'utf8')
const key = readFileSync(new URL('tls/key.pem', import.meta.url), 'utf8')

const root = '/redfish/v1'
const sessionsPath = `${root}/SessionService/Sessions`

export async function startFakeBmc(habits: Habits = {}, scheme: 'http' | 'https' = 'http'): Promise<FakeBmc> {
  const log: string[] = []
  const sessions = new Map<string, string>()
  let power = habits.power ?? 'On'
  let readingsToGo = 0
  let logins = 0
  const waiting = Promise.withResolvers<{ closed: Promise<void> }>()

  function reset(kind: string) {
    if (kind !== 'ForceOff' || habits.stuckOn === true) return
    readingsToGo = habits.poweringOffReadings ?? 0
    power = 'Off'
  }

  function powerNow(): string {
    if (readingsToGo > 0) {
      readingsToGo--
      return 'PoweringOff'
    }
    return power
  }

  function mayEnter(request: IncomingMessage): boolean {
    if (habits.refusesEverybody === true) return false
    const token = request.headers['x-auth-token']
    if (typeof token === 'string' && (habits.forgetsSessions ?? 0) > 0) {
      habits.forgetsSessions = (habits.forgetsSessions ?? 0) - 1
      sessions.clear()
    }
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    return (typeof token === 'string' && sessions.has(token)) || request.headers.authorization === basic
  }

  function login(given: Record<string, unknown>): Answer {
    if (habits.loginStatus !== undefined) return [habits.loginStatus, {}]
    if (habits.noSessionService === true) return [404, {}]
    if (habits.refusesEverybody === true || given.UserName !== user || given.Password !== password) return [401, {}]
    const token = `token-${++logins}`
    const path = `${sessionsPath}/${logins}`
    sessions.set(token, path)
    // As some do, it names itself by an address of its own.
    return [201, {}, { 'x-auth-token': token, location: `https://192.0.2.1${path}` }]
  }

  function system(path: string): object {
    const types = habits.resetTypes ?? ['On', 'ForceOff']
    const action = {
      target: `${path}/Actions/ComputerSystem.Reset`,
      ...(Array.isArray(types) ? { 'ResetType@Redfish.AllowableValues': types } : {}),
      ...(types === 'by ActionInfo' ? { '@Redfish.ActionInfo': `${path}/ResetActionInfo` } : {})
    }
    return {
      UUID: habits.uuid ?? '0A1B2C3D-0000-0000-0000-000000000001',
      SerialNumber: habits.serial ?? 'SN-1',
      PowerState: powerNow(),
      Actions: { '#ComputerSystem.Reset': action }
    }
  }

  function route(request: IncomingMessage, path: string, given: Record<string, unknown>): Answer {
    const method = request.method ?? ''
    if (habits.status !== undefined) return [habits.status, {}]
    if (method === 'POST' && path === sessionsPath) return login(given)
    if (!mayEnter(request)) return [401, {}]
    if (habits.body !== undefined) return [200, habits.body]
    if (method === 'DELETE') {
      for (const [token, where] of sessions) if (where === path) sessions.delete(token)
      return [204, undefined]
    }
    const paths = (habits.systems ?? ['1']).map(id => `${root}/Systems/${id}`)
    if (path === `${root}/Systems`) return [200, { Members: paths.map(link => ({ '@odata.id': link })) }]
    if (method === 'GET' && paths.includes(path)) return [200, system(path)]
    if (path.endsWith('/ResetActionInfo')) {
      return [200, { Parameters: [{ Name: 'ResetType', AllowableValues: ['On', 'GracefulShutdown'] }] }]
    }
    if (method === 'POST' && path.endsWith('/Actions/ComputerSystem.Reset')) {
      if (habits.resetStatus === undefined || habits.resetWorks === true) reset(String(given.ResetType))
      return [habits.resetStatus ?? 204, habits.resetStatus === undefined ? undefined : {}]
    }
    return [404, {}]
  }

  function hangs(method: string, path: string): boolean {
    if (habits.hangs === 'everything') return true
    return habits.hangs === 'POST-reset' ? path.endsWith('.Reset') : habits.hangs === method
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request)
    const path = request.url ?? ''
    log.push(`${request.method} ${path}`)
    if (hangs(request.method ?? '', path)) {
      waiting.resolve({ closed: new Promise(resolve => response.once('close', resolve)) })
      return
    }
    if (habits.slashes === true && request.method === 'GET' && !path.endsWith('/')) {
      response.writeHead(308, { location: `${path}/` }).end()
      return
    }
    const given = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    const [status, body, headers] = route(request, path.replace(/\/$/, ''), given)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch(() => response.destroy())
  }
  const server =
    scheme === 'http' ? http.createServer(listener) : https.createServer({ cert: certificate, key }, listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    habits,
    log,
    openSessions: () => sessions.size,
    power: () => power,
    hung: () => waiting.promise,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

type Answer = [status: number, body: object | string | undefined, headers?: Record<string, string>]

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
