import { createHash } from 'node:crypto'
import type { Amounts } from '../../../core/inventory.ts'
import { reports } from '../../model/hosts.ts'
import { uuidOf } from '../../model/ids.ts'
import { zoneOf } from '../../model/nova-aggregates.ts'
import type { ModelServer, World } from '../../model/world.ts'
import { wholeTime } from '../times.ts'

export const imageId = uuidOf('image/tiny')

const powerNumbers: Readonly<Record<string, number>> = {
  none: 0,
  running: 1,
  paused: 3,
  shutdown: 4,
  crashed: 6,
  suspended: 7
}

/** Which status a vm_state shows as, and what the tasks make of it. */
const statuses: Readonly<Record<string, string>> = {
  active: 'ACTIVE',
  building: 'BUILD',
  stopped: 'SHUTOFF',
  error: 'ERROR',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  rescued: 'RESCUE',
  resized: 'VERIFY_RESIZE',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
  'soft-delete': 'SOFT_DELETED'
}

export function statusOf({ vmState, taskState }: ModelServer): string {
  const usual = statuses[vmState] ?? 'UNKNOWN'
  if (taskState === undefined || !['active', 'stopped', 'error'].includes(vmState)) return usual
  if (taskState.startsWith('rebuild')) return 'REBUILD'
  if (vmState === 'error') return usual
  if (taskState.startsWith('resize')) return 'RESIZE'
  if (taskState === 'migrating' && vmState === 'active') return 'MIGRATING'
  if (taskState.startsWith('reboot')) return taskState.endsWith('_hard') ? 'HARD_REBOOT' : 'REBOOT'
  return usual
}

/** It is in a cell whose database can't be reached. */
export function isUnreadable(world: World, { host }: ModelServer): boolean {
  return host !== undefined && world.hosts.get(host)?.cellDown === true
}

/** What the API's own database still knows of such a server (from 2.69 on). */
export function partialView(url: string, server: ModelServer): object {
  return {
    id: server.id,
    status: 'UNKNOWN',
    tenant_id: server.projectId,
    created: wholeTime(server.createdAtMs),
    links: linksOf(url, server.id)
  }
}

/** A row of /servers/detail at 2.N; what only an admin sees is left out for others. */
export function serverView(world: World, url: string, server: ModelServer, minor: number, isAdmin: boolean): object {
  const host = server.host
  return {
    id: server.id,
    name: server.name,
    status: statusOf(server),
    tenant_id: server.projectId,
    user_id: 'admin',
    metadata: server.metadata,
    hostId:
      host === undefined
        ? ''
        : createHash('sha224')
            .update(server.projectId + host)
            .digest('hex'),
    image: server.localDisk
      ? { id: imageId, links: [{ rel: 'bookmark', href: `${url}/image/images/${imageId}` }] }
      : '',
    flavor: flavorView(server, minor),
    created: wholeTime(server.createdAtMs),
    updated: wholeTime(server.updatedAtMs),
    addresses: addressesOf(server),
    accessIPv4: '',
    accessIPv6: '',
    links: linksOf(url, server.id),
    'OS-DCF:diskConfig': 'MANUAL',
    ...(server.vmState === 'active' ? { progress: 0 } : {}),
    'OS-EXT-AZ:availability_zone': host === undefined ? '' : (zoneOf(world, host) ?? 'nova'),
    config_drive: '',
    key_name: null,
    'OS-SRV-USG:launched_at': server.launched ? wholeTime(server.createdAtMs).replace('Z', '.000000') : null,
    'OS-SRV-USG:terminated_at': null,
    ...(server.networked ? { security_groups: [{ name: 'default' }] } : {}),
    'OS-EXT-STS:task_state': server.taskState ?? null,
    'OS-EXT-STS:vm_state': server.vmState,
    'OS-EXT-STS:power_state': powerNumbers[server.powerState] ?? 0,
    'os-extended-volumes:volumes_attached': server.volumes.map(id => ({
      id,
      ...(minor >= 3 ? { delete_on_termination: false } : {})
    })),
    ...(minor >= 9 ? { locked: server.locked } : {}),
    ...(minor >= 19 ? { description: null } : {}),
    ...(minor >= 26 ? { tags: [] } : {}),
    ...(minor >= 63 ? { trusted_image_certificates: null } : {}),
    ...(minor >= 73 ? { locked_reason: null } : {}),
    ...(isAdmin ? adminView(world, server, minor) : {}),
    ...(server.vmState === 'error' && server.fault !== undefined
      ? {
          fault: {
            code: 500,
            created: wholeTime(server.updatedAtMs),
            message: server.fault,
            ...(isAdmin ? { details: '' } : {})
          }
        }
      : {})
  }
}

function adminView(world: World, server: ModelServer, minor: number): object {
  const host = server.host === undefined ? undefined : world.hosts.get(server.host)
  return {
    'OS-EXT-SRV-ATTR:host': host?.name ?? null,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': host?.name ?? null,
    'OS-EXT-SRV-ATTR:instance_name': server.instanceName,
    ...(minor >= 3 ? sinceMinor3(server) : {}),
    ...(minor >= 16 ? { host_status: host === undefined ? '' : hostStatus(world, host) } : {})
  }
}

function sinceMinor3({ id, name }: ModelServer): object {
  return {
    'OS-EXT-SRV-ATTR:hostname': name,
    'OS-EXT-SRV-ATTR:user_data': null,
    'OS-EXT-SRV-ATTR:kernel_id': '',
    'OS-EXT-SRV-ATTR:ramdisk_id': '',
    'OS-EXT-SRV-ATTR:launch_index': 0,
    'OS-EXT-SRV-ATTR:reservation_id': `r-${id.slice(0, 8)}`,
    'OS-EXT-SRV-ATTR:root_device_name': '/dev/vda'
  }
}

function hostStatus(world: World, host: NonNullable<ReturnType<World['hosts']['get']>>): string {
  if (host.forcedDown) return 'DOWN'
  if (!reports(world, host)) return 'UNKNOWN'
  return host.enabled ? 'UP' : 'MAINTENANCE'
}

export function linksOf(url: string, id: string): object[] {
  return [
    { rel: 'self', href: `${url}/compute/v2.1/servers/${id}` },
    { rel: 'bookmark', href: `${url}/compute/servers/${id}` }
  ]
}

function flavorView({ flavor, need, extraSpecs }: ModelServer, minor: number): object {
  if (minor < 47) return { id: flavor, links: [] }
  return { ...flavorAmounts(need), original_name: flavor, extra_specs: extraSpecs }
}

export function flavorAmounts(need: Amounts): { vcpus: number; ram: number; disk: number; ephemeral: 0; swap: 0 } {
  return { vcpus: need.VCPU ?? 0, ram: need.MEMORY_MB ?? 0, disk: need.DISK_GB ?? 0, ephemeral: 0, swap: 0 }
}

function addressesOf(server: ModelServer): object {
  if (!server.networked) return {}
  const digits = createHash('sha256').update(server.id).digest()
  const addr = `192.168.${digits[0]}.${digits[1]}`
  const mac = `fa:16:3e:${digits
    .subarray(2, 5)
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1:')}`
  return { private: [{ version: 4, addr, 'OS-EXT-IPS:type': 'fixed', 'OS-EXT-IPS-MAC:mac_addr': mac }] }
}
