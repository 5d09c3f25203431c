import type { BareMetal } from '../controller/ports/ports.ts'
import { CloudError } from '../errors.ts'
import { type Access, createService } from './service.ts'

interface NodeRow {
  readonly uuid?: string
  readonly power_state?: string | null
  readonly target_power_state?: string | null
  readonly last_error?: string | null
  readonly reservation?: string | null
  readonly maintenance?: boolean
  readonly maintenance_reason?: string | null
  readonly fault?: string | null
}

const fields = 'uuid,power_state,target_power_state,last_error,reservation,maintenance,maintenance_reason,fault'
/** Rocky has it, with `fault`; names of nodes and the choice of fields are older. */
const headers = { 'x-openstack-ironic-api-version': '1.42' }

/** Bare-metal nodes and their power. Throws CloudError. */
export function createIronicClient(access: Access): BareMetal {
  const service = createService(
    { name: 'Ironic', types: ['baremetal'], base: url => url.replace(/(\/v1)?\/?$/, '/v1') },
    access
  )
  const pathOf = (ident: string) => `/nodes/${encodeURIComponent(ident)}`
  return {
    async node(ident, signal) {
      try {
        const { body } = await service.get<NodeRow>(pathOf(ident), {
          query: { fields },
          headers,
          signal,
          timeoutMs: 10_000
        })
        return nodeFrom(body)
      } catch (error) {
        if (error instanceof CloudError && error.code === 'not-found') return undefined
        throw error
      }
    },
    setMaintenance: async (uuid, reason, signal) =>
      await service.send('PUT', `${pathOf(uuid)}/maintenance`, { reason }, { headers, signal }),
    powerOff: async (uuid, signal) =>
      await service.send('PUT', `${pathOf(uuid)}/states/power`, { target: 'power off' }, { headers, signal })
  }
}

function nodeFrom({ uuid, ...row }: NodeRow): Awaited<ReturnType<BareMetal['node']>> {
  if (uuid === undefined) throw new CloudError('unreachable', 'Ironic answered with a node that has no uuid')
  return {
    uuid,
    power: row.power_state ?? undefined,
    isChanging: (row.target_power_state ?? null) !== null,
    isReserved: (row.reservation ?? null) !== null,
    maintenance: row.maintenance === true,
    maintenanceReason: row.maintenance_reason ?? undefined,
    fault: row.fault ?? undefined,
    lastError: row.last_error ?? undefined
  }
}
