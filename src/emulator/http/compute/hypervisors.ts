import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { reports } from '../../model/hosts.ts'
import { roomOf } from '../../model/placement.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelHost, World } from '../../model/world.ts'
import { asked, type Face, requireAdmin } from '../face.ts'
import { pageOf } from '../paging.ts'
import { minor } from './microversions.ts'

export const hypervisorRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  const answer = (request: FastifyRequest, row: (host: ModelHost) => object) => {
    requireAdmin(request, 'os_compute_api:os-hypervisors:list')
    const pattern = asked(request, 'hypervisor_hostname_pattern')
    const list = [...world.hosts.values()].filter(host => pattern === undefined || host.name.includes(pattern))
    if (pattern !== undefined && list.length === 0)
      throw new Refusal(404, `No hypervisor matching '${pattern}' could be found.`)
    const { items, links } = pageOf(face, request, list, host => host.nodeId)
    const withServers = asked(request, 'with_servers')?.toLowerCase() === 'true'
    const hypervisors = items.map(host => ({
      ...row(host),
      ...(withServers ? { servers: serversOf(world, host) } : {})
    }))
    return { hypervisors, ...(links.length === 0 ? {} : { hypervisors_links: links }) }
  }
  app.get('/os-hypervisors', request => answer(request, host => brief(world, host)))
  app.get('/os-hypervisors/detail', request => answer(request, host => detail(world, host, minor(request))))
  app.get<{ Params: { id: string } }>('/os-hypervisors/:id', request => {
    requireAdmin(request, 'os_compute_api:os-hypervisors:show')
    const { id } = request.params
    const host = [...world.hosts.values()].find(each => each.nodeId === id)
    if (host === undefined) throw new Refusal(404, `Hypervisor with ID '${id}' could not be found.`)
    return { hypervisor: detail(world, host, minor(request)) }
  })
  done()
}

function serversOf(world: World, host: ModelHost): object[] {
  return [...world.servers.values()]
    .filter(server => server.host === host.name)
    .map(({ id, name }) => ({ uuid: id, name }))
}

function brief(world: World, host: ModelHost): object {
  return {
    id: host.nodeId,
    hypervisor_hostname: host.name,
    state: reports(world, host) && !host.forcedDown ? 'up' : 'down',
    status: host.enabled ? 'enabled' : 'disabled'
  }
}

function detail(world: World, host: ModelHost, minor: number): object {
  return {
    ...brief(world, host),
    hypervisor_type: host.isBareMetal ? 'ironic' : 'QEMU',
    hypervisor_version: 7_002_000,
    host_ip: host.address,
    service: { id: host.serviceId, host: host.name, disabled_reason: host.disabledReason ?? null },
    ...(minor < 88 ? { ...amountsOf(world, host), cpu_info: cpuInfo } : { uptime: null })
  }
}

const cpuInfo = {
  arch: 'x86_64',
  model: 'Nehalem',
  vendor: 'Intel',
  features: ['pge', 'clflush'],
  topology: { cores: 1, threads: 1, sockets: 4 }
}

/** What microversion 2.88 took away, for Placement tells it better. */
function amountsOf(world: World, host: ModelHost): object {
  const { VCPU = 0, MEMORY_MB = 0, DISK_GB = 0 } = host.capacity
  const { free } = roomOf(world, host)
  const [ram, disk] = [free.MEMORY_MB ?? 0, free.DISK_GB ?? 0]
  return {
    ...{ vcpus: VCPU, vcpus_used: VCPU - (free.VCPU ?? 0) },
    ...{ memory_mb: MEMORY_MB, memory_mb_used: MEMORY_MB - ram, free_ram_mb: ram },
    ...{ local_gb: DISK_GB, local_gb_used: DISK_GB - disk, free_disk_gb: disk, disk_available_least: disk },
    ...{ running_vms: host.defined.size, current_workload: 0 }
  }
}
