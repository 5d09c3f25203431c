import { messageOf } from '../errors.ts'
import type { Aodh } from './aodh.ts'
import { type NovaClient, novaFloor, pins } from './nova/client.ts'
import type { Hypervisors } from './nova/hypervisors.ts'
import { listOf, type Service } from './service.ts'
import type { Session } from './session.ts'

/** One thing that was tried, for the table of `switchover check`. */
export interface CheckLine {
  readonly name: string
  readonly ok: boolean
  /** It is ok, and somebody has to know of it. */
  readonly warn?: true
  readonly detail: string
}

interface Checked {
  readonly session: Session
  readonly nova: NovaClient
  readonly hypervisors: Hypervisors
  readonly placement: Service
  readonly aodh: Aodh
}

/** Tries everything that a recovery will need, changing nothing. Never throws: what fails is a line that says why. */
export async function checkCloud(cloud: Checked): Promise<CheckLine[]> {
  const login = await line('keystone login', () => tryLogin(cloud.session))
  if (!login.ok) return [login]
  const rest = await Promise.all([
    line('project scope', () => tryScope(cloud.session)),
    line('nova microversions', () => tryVersions(cloud.nova)),
    line('nova services', () => tryServices(cloud.nova)),
    line('nova servers of all projects', () => tryServers(cloud.nova)),
    line('placement', () => tryPlacement(cloud)),
    line('aodh', () => tryAodh(cloud.aodh))
  ])
  return [login, ...rest]
}

async function line(name: string, attempt: () => Promise<string>): Promise<CheckLine> {
  try {
    return { name, ok: true, detail: await attempt() }
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) }
  }
}

async function tryLogin(session: Session): Promise<string> {
  const { user, project, roles, catalog } = await session.token()
  const where = project === undefined ? 'in no project' : `in project ${project.name}`
  return `${user} ${where}, roles ${roles.join(', ') || 'none'}; ${catalog.length} services in the catalog`
}

async function tryScope(session: Session): Promise<string> {
  const { project, roles } = await session.token()
  if (project === undefined) {
    throw new Error('the login is not in a project: Nova answers 403 to a system-scoped token; set project_name')
  }
  if (!roles.includes('admin')) throw new Error(`no role admin in project ${project.name}, only ${roles.join(', ')}`)
  return `role admin in project ${project.name}`
}

async function tryVersions(nova: NovaClient): Promise<string> {
  const { min, max } = await nova.versions()
  return `${min} to ${max} at ${await nova.endpoint()}; ${novaFloor} is needed`
}

async function tryServices(nova: NovaClient): Promise<string> {
  const { body } = await nova.get(pins.general, '/os-services')
  const rows = listOf<{ binary?: string; state?: string }>('Nova', body, 'services')
  const counted = ['nova-compute', 'nova-scheduler', 'nova-conductor'].map(binary => {
    const all = rows.filter(row => row.binary === binary)
    const up = all.filter(row => row.state === 'up').length
    if (binary !== 'nova-compute' && all.length > 0 && up === 0) throw new Error(`no ${binary} is up`)
    return `${up} of ${all.length} ${binary} up`
  })
  return counted.join(', ')
}

async function tryServers(nova: NovaClient): Promise<string> {
  const query = { all_tenants: 1, limit: 1 }
  const { body } = await nova.get(pins.general, '/servers/detail', { query })
  const [row] = listOf<Record<string, unknown>>('Nova', body, 'servers')
  if (row !== undefined && !('OS-EXT-SRV-ATTR:host' in row)) {
    throw new Error('servers are shown without their hosts: the policy os-extended-server-attributes refuses us')
  }
  return 'can be listed'
}

async function tryPlacement({ placement, hypervisors }: Checked): Promise<string> {
  const first = (await hypervisors.list()).find(each => !each.isBareMetal)
  const query = first === undefined ? undefined : { in_tree: first.id }
  const { body } = await placement.get('/resource_providers', {
    query,
    headers: { 'openstack-api-version': 'placement 1.36' }
  })
  const providers = listOf('Placement', body, 'resource_providers')
  if (first !== undefined && providers.length === 0) throw new Error(`does not know the hypervisor of ${first.host}`)
  return `readable at ${await placement.endpoint()}`
}

async function tryAodh(aodh: Aodh): Promise<string> {
  const { body } = await aodh.service.get<unknown>('/alarms', { query: { limit: 1 } })
  if (!Array.isArray(body)) throw new Error('Aodh answered without a list of alarms')
  return `readable at ${await aodh.service.endpoint()}`
}
