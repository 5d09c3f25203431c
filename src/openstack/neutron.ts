import type { ServerPort } from '../core/inventory.ts'
import { bases } from './access/catalog.ts'
import { type Access, createService, listOf } from './service.ts'

interface PortRow {
  readonly id: string
  readonly status?: string
  readonly 'binding:host_id'?: string
}

/** The ports of a server; undefined when the cloud has no Neutron. */
export function createNeutron(access: Access): {
  portsOf(server: string, signal?: AbortSignal): Promise<ServerPort[] | undefined>
} {
  const service = createService({ name: 'Neutron', types: ['network'], base: bases.neutron }, access)
  return {
    async portsOf(server, signal) {
      if ((await service.endpoint(signal)) === undefined) return undefined
      const { body } = await service.get('/ports', { query: { device_id: server }, signal })
      return listOf<PortRow>('Neutron', body, 'ports').map(row => ({
        id: row.id,
        host: row['binding:host_id'] ?? '',
        active: row.status === 'ACTIVE'
      }))
    }
  }
}
