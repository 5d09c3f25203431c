import type { Sent } from '../../controller/ports/ports.ts'
import { CloudError } from '../../errors.ts'
import { bases } from '../access/catalog.ts'
import { createMicroversions, type VersionRange } from '../access/microversions.ts'
import { type Access, type Answer, createService, type GetOptions, type Service } from '../service.ts'

/** Nova, with each call pinned to the microversion that its shape was read from. */
export interface NovaClient {
  get<T>(version: Pin, path: string, options?: GetOptions): Promise<Answer<T>>
  send(version: Pin, method: 'POST' | 'PUT', path: string, body: unknown, signal?: AbortSignal): Promise<Sent>
  endpoint(signal?: AbortSignal): Promise<string | undefined>
  versions(signal?: AbortSignal): Promise<VersionRange>
}

/**
 * 2.90 is what the oldest supported release (Yoga) has. Hypervisors stay below 2.88, which asks each host for its
 * uptime; evacuate stays below 2.95, which leaves servers stopped; migrations need nothing above 2.80.
 */
export const pins = {
  general: '2.90',
  hypervisors: '2.87',
  migrations: '2.80',
  groups: '2.64',
  evacuate: '2.68'
} as const
export type Pin = (typeof pins)[keyof typeof pins]
export const novaFloor = '2.90'

export function createNovaClient(access: Access): NovaClient {
  const service = createService({ name: 'Nova', types: ['compute'], base: bases.nova }, access)
  const microversions = createMicroversions('Nova', novaFloor, () => readRange(service))
  const headersOf = (pin: Pin) => async (signal: AbortSignal) => {
    const version = await microversions.clamp(pin, signal)
    return { 'openstack-api-version': `compute ${version}`, 'x-openstack-nova-api-version': version }
  }
  const forgetting = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      if (error instanceof CloudError && error.code === 'unsupported') microversions.forget()
      throw error
    }
  }
  return {
    async get<T>(version: Pin, path: string, options: GetOptions = {}) {
      return forgetting(service.get<T>(path, { ...options, headers: headersOf(version) }))
    },
    async send(version, method, path, body, signal) {
      return forgetting(service.send(method, path, body, { headers: headersOf(version), signal }))
    },
    endpoint: service.endpoint,
    versions: microversions.range
  }
}

async function readRange(service: Service): Promise<VersionRange> {
  // Shorter than the calls that wait for it, so that they can say what it was.
  const timeoutMs = 20_000
  const { body } = await service.get<{ version?: { version?: string; min_version?: string } }>('/', { timeoutMs })
  const { version: max, min_version: min } = body.version ?? {}
  if (max === undefined || max === '' || min === undefined) {
    throw new CloudError('unsupported', 'Nova does not say which microversions it has; is its endpoint that of v2.1?')
  }
  return { min, max }
}
