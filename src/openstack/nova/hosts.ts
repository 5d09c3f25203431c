import type { Clock } from '../../clock.ts'
import type { Host, HostsReading } from '../../core/inventory.ts'
import { timeOf } from '../access/times.ts'
import { listOf } from '../service.ts'
import { type NovaClient, pins } from './client.ts'

interface ServiceRow {
  readonly id?: string
  readonly host: string
  readonly status?: string
  readonly state?: string
  readonly updated_at?: string | null
  readonly disabled_reason?: string | null
  readonly forced_down?: boolean
  readonly zone?: string
}

/** All nova-compute services, with Nova's own time. */
export async function readHosts(nova: NovaClient, clock: Clock): Promise<HostsReading> {
  const answer = await nova.get(pins.general, '/os-services', { query: { binary: 'nova-compute' } })
  const rows = listOf<ServiceRow>('Nova', answer.body, 'services')
  return { atMs: answer.dateMs ?? clock.now(), hosts: rows.map(hostOf) }
}

/** A row of a cell that Nova can't read has only its host and status UNKNOWN. */
export function hostOf(row: ServiceRow): Host {
  const reportedAtMs = timeOf(row.updated_at)
  return {
    name: row.host,
    serviceId: row.id ?? '',
    status: row.status === 'enabled' || row.status === 'disabled' ? row.status : 'unknown',
    state: row.state === 'up' || row.state === 'down' ? row.state : 'unknown',
    forcedDown: row.forced_down === true,
    ...(row.disabled_reason ? { disabledReason: row.disabled_reason } : {}),
    ...(reportedAtMs === undefined ? {} : { reportedAtMs }),
    ...(row.zone === undefined ? {} : { zone: row.zone })
  }
}
