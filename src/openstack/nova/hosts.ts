import type { Clock } from '../../clock.ts'
import type { ControlService, Host, HostsReading } from '../../core/inventory.ts'
import { timeOf } from '../access/times.ts'
import { listOf } from '../service.ts'
import { type NovaClient, pins } from './client.ts'

interface ServiceRow {
  readonly id?: string
  readonly binary?: string
  readonly host: string
  readonly status?: string
  readonly state?: string
  readonly updated_at?: string | null
  readonly disabled_reason?: string | null
  readonly forced_down?: boolean
  readonly zone?: string
}

/** All nova-compute services, and those of the control plane that the same list has, with Nova's own time. */
export async function readHosts(nova: NovaClient, clock: Clock): Promise<HostsReading> {
  const answer = await nova.get(pins.general, '/os-services')
  const rows = listOf<ServiceRow>('Nova', answer.body, 'services')
  const hosts = rows.filter(({ binary = 'nova-compute' }) => binary === 'nova-compute')
  return { atMs: answer.dateMs ?? clock.now(), hosts: hosts.map(hostOf), control: rows.flatMap(controlOf) }
}

const controlKinds: Readonly<Record<string, ControlService['kind']>> = {
  'nova-scheduler': 'scheduler',
  'nova-conductor': 'conductor'
}

/** One that somebody disabled works all the same: Nova itself asks of these only whether they report. */
export function controlOf(row: ServiceRow): ControlService[] {
  const kind = controlKinds[row.binary ?? '']
  const reportedAtMs = timeOf(row.updated_at)
  if (kind === undefined) return []
  return [{ kind, host: row.host, state: stateOf(row), ...(reportedAtMs === undefined ? {} : { reportedAtMs }) }]
}

function stateOf({ state, forced_down: forced }: ServiceRow): ControlService['state'] {
  if (state !== 'up' && state !== 'down') return 'unknown'
  return state === 'up' && forced !== true ? 'up' : 'down'
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
