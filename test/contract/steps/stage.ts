import type { ApiAnswer, ApiRequest, ServiceName } from '../../e2e/api.ts'
import type { BootOptions, Lab } from '../../e2e/lab.ts'
import type { NovaService } from '../../e2e/openstack.ts'
import { normalised, type Observation } from '../observation.ts'
import type { World } from '../worlds/world.ts'

/** Where cases take place: this host fails, */
export const source = 'compute-01'
/** that one takes over, */
export const target = 'compute-04'
/** and this is another target, for one that fails. */
export const other = 'compute-03'

export interface StageRequest extends ApiRequest {
  /** Nova if not given. */
  readonly of?: ServiceName
  /** `admin` if not given. */
  readonly as?: 'admin' | 'demo'
}

/** What a case needs of a world, and where it writes down what it saw. Seconds are always the world's. */
export interface Stage {
  readonly world: World
  readonly lab: Lab
  /** One server for each name; on the source if no host is given. */
  boot(names: readonly string[], options?: Partial<BootOptions>): Promise<string[]>
  call(method: string, path: string, request?: StageRequest): Promise<ApiAnswer>
  act(server: string, body: Record<string, unknown>): Promise<ApiAnswer>
  /** From now on this id is called so. */
  named(id: string, name: string): void
  service(host: string): Promise<NovaService>
  putService(host: string, wanted: Record<string, unknown>): Promise<ApiAnswer>
  pass(seconds: number): Promise<void>
  /** False if it did not come about: what is seen then tells more than an error would. */
  until(seconds: number, check: () => Promise<boolean>): Promise<boolean>
  /** For what the case is built on: without it there is nothing to see. */
  must(what: string, seconds: number, check: () => Promise<boolean>): Promise<void>
  note(step: string, facts: Readonly<Record<string, unknown>>): void
}

export interface Play {
  readonly stage: Stage
  /** What was written down so far. */
  readonly seen: readonly Observation[]
}

const lookEverySeconds = 0.5

export function createStage(world: World): Play {
  const seen: Observation[] = []
  const names = new Map<string, string>()
  let boots = 0

  const stage: Stage = {
    world,
    lab: world.lab,
    async boot(called, options = {}) {
      const ids = await world.lab.boot(called.length, { host: source, prefix: `contract-${++boots}`, ...options })
      for (const [index, id] of ids.entries()) names.set(id, called[index]!)
      return ids
    },
    named: (id, name) => void names.set(id, name),
    call: (method, path, { of = 'nova', as = 'admin', ...request } = {}) => world[as].call(of, method, path, request),
    act: (server, body) => stage.call('POST', `/servers/${server}/action`, { body }),
    async service(host) {
      const { body } = await stage.call('GET', `/os-services?binary=nova-compute&host=${host}`)
      return (body as { services: NovaService[] }).services[0]!
    },
    async putService(host, body) {
      return await stage.call('PUT', `/os-services/${(await stage.service(host)).id}`, { body })
    },
    pass: seconds => world.pass(seconds),
    async until(seconds, check) {
      const deadline = world.now() + seconds
      for (;;) {
        if (await check()) return true
        if (world.now() >= deadline) return false
        await world.pass(lookEverySeconds)
      }
    },
    async must(what, seconds, check) {
      if (!(await stage.until(seconds, check))) throw new Error(`waited ${seconds} s in vain for ${what}`)
    },
    note(step, facts) {
      const row = normalised({ step, ...facts }, names)
      if (seen.some(other => other.step === row.step)) throw new Error(`two steps are called '${row.step}'`)
      seen.push(row)
    }
  }
  return { stage, seen }
}

/** What an error body says, in whichever of the services' shapes. */
export function messageOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body ?? null
  const [first] = Object.values(body).flat() as unknown[]
  if (typeof first !== 'object' || first === null) return null
  const { message, detail, faultstring } = first as Record<string, unknown>
  return message ?? detail ?? faultstring ?? null
}
