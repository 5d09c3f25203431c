import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../model/refusal.ts'
import { queryOf } from '../face.ts'
import { minor } from './microversions.ts'

const ofPages = ['limit', 'marker', 'sort_key', 'sort_dir', 'changes-since', 'changes-before']

const ofServers = [
  ...ofPages,
  ...['access_ip_v4', 'access_ip_v6', 'all_tenants', 'auto_disk_config', 'availability_zone', 'block_device_mapping'],
  ...['config_drive', 'created_at', 'deleted', 'description', 'display_description', 'display_name', 'flavor', 'host'],
  ...['hostname', 'image', 'image_ref', 'info_cache', 'instance_type_id', 'ip', 'ip6', 'kernel_id', 'key_name'],
  ...['launch_index', 'launched_at', 'locked', 'metadata', 'name', 'node', 'not-tags', 'not-tags-any', 'pci_devices'],
  ...['power_state', 'progress', 'project_id', 'ramdisk_id', 'reservation_id', 'root_device_name', 'security_groups'],
  ...['services', 'soft_deleted', 'status', 'system_metadata', 'tags', 'tags-any', 'task_state', 'tenant_id'],
  ...['terminated_at', 'user_id', 'uuid', 'vm_state']
]

const ofMigrations = [
  ...ofPages,
  ...['hidden', 'host', 'instance_uuid', 'migration_type', 'project_id', 'source_compute', 'status', 'user_id']
]

/** Throws Nova's 400 for a filter that it does not know; until 2.75 it took them for servers in silence. */
export function knowServerQuery(request: FastifyRequest): void {
  const other = minor(request) < 75 ? undefined : otherKey(request, ofServers)
  if (other !== undefined) throw new Refusal(400, `'${other}' does not match any of the regexes: '^_'`)
}

export function knowMigrationQuery(request: FastifyRequest): void {
  const other = minor(request) < 59 ? undefined : otherKey(request, ofMigrations)
  if (other !== undefined) throw new Refusal(400, `Additional properties are not allowed ('${other}' was unexpected)`)
}

function otherKey(request: FastifyRequest, known: readonly string[]): string | undefined {
  return Object.keys(queryOf(request)).find(key => !known.includes(key) && !key.startsWith('_'))
}
