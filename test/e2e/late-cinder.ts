import { setTimeout as delay } from 'node:timers/promises'
import { type Api, createApi } from './api.ts'
import { createLab } from './lab.ts'
import { type Fate, type Received, type SentRequest, startNetwork } from './network.ts'

type Env = Readonly<Record<string, string>>

/** What Cinder answered a request that came late. */
export interface LateAnswer {
  readonly status: number
  /** Nova sent a service token of its own beside the caller's. */
  readonly hasServiceToken: boolean
  /** Nova's API answers 401 to the caller's token by now. */
  readonly isTokenOver: boolean
}

export interface LateCinder {
  readonly answers: readonly LateAnswer[]
  /** The catalog as it was. */
  close(): Promise<void>
}

interface Endpoint {
  readonly id: string
  readonly service_id: string
  readonly url: string
}

/**
 * Puts a network between the cloud and Cinder, by Keystone's catalog: what changes something arrives `lateMs` after its token was first
 * seen there. Reads pass. Whoever has read the catalog before still goes to Cinder itself.
 */
export async function startLateCinder(env: Env, lateMs: number): Promise<LateCinder> {
  const api = createApi(env)
  const answers: LateAnswer[] = []
  const seenAtMs = new Map<string, number>()
  const isOver = async (token: string) =>
    (await api.call('nova', 'GET', '/servers?limit=1', { headers: { 'x-auth-token': token } })).code === 401

  async function hold({ method, headers }: SentRequest): Promise<Fate> {
    if (method === 'GET') return 'pass'
    const token = String(headers['x-auth-token'])
    const atMs = seenAtMs.get(token) ?? Date.now()
    seenAtMs.set(token, atMs)
    await delay(Math.max(0, atMs + lateMs - Date.now()))
    return 'pass'
  }

  async function note({ method, headers }: SentRequest, { status }: Received): Promise<void> {
    if (method === 'GET') return
    const hasServiceToken = headers['x-service-token'] !== undefined
    answers.push({ status, hasServiceToken, isTokenOver: await isOver(String(headers['x-auth-token'])) })
  }

  const network = await startNetwork(env.LAB_CINDER_URL ?? '', hold, note)
  await moveEndpoints(api, network.url)
  return {
    answers,
    async close() {
      await moveEndpoints(api, env.LAB_CINDER_URL ?? '')
      await network.close()
    }
  }
}

/** Why a cloud can't play with Cinder; undefined if it can. What a killed run left in its catalog is put right. */
export async function lackOfCinder(): Promise<string | undefined> {
  const { SWITCHOVER_LAB: command = '', SWITCHOVER_EMULATOR: emulator } = process.env
  if (emulator !== undefined) return 'the emulated Nova asks nothing of Cinder'
  const env = await createLab(command).env()
  const api = createApi(env)
  if ((await endpointsOfCinder(api)).length === 0) return 'this cloud has no Cinder'
  await moveEndpoints(api, env.LAB_CINDER_URL ?? '')
  return undefined
}

async function endpointsOfCinder(api: Api): Promise<Endpoint[]> {
  const { services } = await read<{ services: { id: string; type: string }[] }>(api, '/services')
  const ids = services.filter(({ type }) => /^(volume|block-storage)/.test(type)).map(({ id }) => id)
  const { endpoints } = await read<{ endpoints: Endpoint[] }>(api, '/endpoints')
  return endpoints.filter(({ service_id: service }) => ids.includes(service))
}

async function read<T>(api: Api, path: string): Promise<T> {
  const { code, body } = await api.call('keystone', 'GET', path)
  if (code !== 200) throw new Error(`Keystone answered ${code} to GET ${path}`)
  return body as T
}

/** Whatever was there before: a run that was killed leaves the address of its own network behind. */
async function moveEndpoints(api: Api, to: string): Promise<void> {
  for (const { id, url } of await endpointsOfCinder(api)) {
    const endpoint = { url: url.replace(/^https?:\/\/[^/]+/, to) }
    const { code, body } = await api.call('keystone', 'PATCH', `/endpoints/${id}`, { body: { endpoint } })
    if (code !== 200) throw new Error(`Keystone does not move an endpoint: ${code} ${JSON.stringify(body)}`)
  }
}
