import { createApi, type ServiceName } from './api.ts'

/** The few calls with which the tests see for themselves what became of the cloud. */
export interface NovaServer {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly locked: boolean
  readonly fault?: { readonly message: string }
  readonly 'OS-EXT-SRV-ATTR:host': string | null
  readonly 'OS-EXT-STS:task_state': string | null
  readonly 'OS-EXT-STS:power_state': number
}

export interface NovaService {
  readonly id: string
  readonly host: string
  readonly state: string
  readonly status: string
  readonly forced_down: boolean
  readonly disabled_reason: string | null
  /** Of its last report, or of a change of ours. */
  readonly updated_at: string | null
}

export interface NovaMigration {
  readonly id: number
  readonly status: string
  readonly migration_type: string
  readonly instance_uuid: string
  readonly source_compute: string
  readonly dest_compute: string | null
}

export interface NewServer {
  readonly name: string
  readonly host: string
  readonly group?: string
}

export interface OpenStack {
  services(): Promise<Record<string, NovaService>>
  servers(): Promise<NovaServer[]>
  server(id: string): Promise<NovaServer>
  /** Evacuations of the servers that exist, oldest first. */
  evacuations(): Promise<NovaMigration[]>
  /** The newest evacuation records, whatever became of their servers. */
  evacuationRecords(): Promise<NovaMigration[]>
  /** Actions of a server by name, oldest first: create, stop, evacuate … */
  actions(server: string): Promise<string[]>
  act(server: string, body: Record<string, unknown>): Promise<void>
  createGroup(name: string, policy: string): Promise<string>
  /** A host aggregate. */
  createAggregate(name: string, metadata: Readonly<Record<string, string>>, hosts: readonly string[]): Promise<void>
  createServer(server: NewServer): Promise<string>
  alarmState(alarm: string): Promise<string>
  /** How often it came to be in the state alarm, as its history tells. */
  firings(alarm: string): Promise<number>
  /** Enabled and no longer forced down; Nova refuses while evacuations from it wait for its nova-compute. */
  welcomeBack(host: string): Promise<void>
  /** Placement has heard that it is enabled; until then Nova finds no valid host in it. */
  isSchedulable(host: string): Promise<boolean>
  /** Everything that a recovery could change: services, servers, migrations, aggregates. */
  snapshot(): Promise<Record<string, unknown>>
}

/** `env`: what the driver's `env` prints. */
export function createOpenStack(env: Readonly<Record<string, string>>): OpenStack {
  const api = createApi(env)

  async function call<T>(service: ServiceName, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await api.call(service, method, path, { body })
    if (answer.code >= 300)
      throw new Error(`${method} ${service}${path} answered ${answer.code}: ${JSON.stringify(answer.body)}`)
    return answer.body as T
  }
  const get = <T>(path: string) => call<T>('nova', 'GET', path)
  const post = <T>(path: string, body: unknown) => call<T>('nova', 'POST', path, body)
  const services = async () => (await get<{ services: NovaService[] }>('/os-services?binary=nova-compute')).services
  const servers = async () => (await get<{ servers: NovaServer[] }>('/servers/detail?all_tenants=1&limit=1000')).servers
  const migrations = async () => (await get<{ migrations: NovaMigration[] }>('/os-migrations?limit=1000')).migrations
  const evacuationRecords = async () =>
    (await get<{ migrations: NovaMigration[] }>('/os-migrations?migration_type=evacuation&limit=200')).migrations

  return {
    services: async () => Object.fromEntries((await services()).map(service => [service.host, service])),
    servers,
    server: async id => (await get<{ server: NovaServer }>(`/servers/${id}`)).server,
    async evacuations() {
      // Records outlive their servers, and those of earlier scenarios do not count.
      const known = new Set((await servers()).map(({ id }) => id))
      return (await evacuationRecords())
        .filter(({ instance_uuid: id }) => known.has(id))
        .toSorted((a, b) => a.id - b.id)
    },
    evacuationRecords,
    async actions(server) {
      const answer = await get<{ instanceActions: { action: string; start_time: string }[] }>(
        `/servers/${server}/os-instance-actions`
      )
      return answer.instanceActions.map(({ action }) => action).toReversed()
    },
    async act(server, body) {
      await post(`/servers/${server}/action`, body)
    },
    async createGroup(name, policy) {
      const body = { server_group: { name, policy } }
      return (await post<{ server_group: { id: string } }>('/os-server-groups', body)).server_group.id
    },
    async createAggregate(name, metadata, hosts) {
      const { aggregate } = await post<{ aggregate: { id: number } }>('/os-aggregates', { aggregate: { name } })
      const act = async (body: unknown) => await post(`/os-aggregates/${aggregate.id}/action`, body)
      await act({ set_metadata: { metadata } })
      for (const host of hosts) await act({ add_host: { host } })
    },
    async createServer({ name, host, group }) {
      const images = await call<{ images: { id: string }[] }>('glance', 'GET', '/v2/images?name=tiny')
      const hints = group === undefined ? {} : { 'os:scheduler_hints': { group } }
      const server = { name, host, flavorRef: 'm1.nano', imageRef: images.images[0]?.id, networks: 'none' }
      return (await post<{ server: { id: string } }>('/servers', { server, ...hints })).server.id
    },
    async alarmState(alarm) {
      return (await call<{ state: string }>('aodh', 'GET', `/v2/alarms/${alarm}`)).state
    },
    async firings(alarm) {
      const changes = await call<{ type: string; detail: string }[]>('aodh', 'GET', `/v2/alarms/${alarm}/history`)
      const states = changes.flatMap(({ type, detail }) =>
        type === 'state transition' ? [(JSON.parse(detail) as { state: string }).state] : []
      )
      return states.filter(state => state === 'alarm').length
    },
    async welcomeBack(host) {
      const id = (await services()).find(service => service.host === host)?.id
      await call('nova', 'PUT', `/os-services/${id}`, { forced_down: false, status: 'enabled' })
    },
    async isSchedulable(host) {
      type Providers = { resource_providers: { uuid: string }[] }
      const providers = await call<Providers>('placement', 'GET', `/resource_providers?name=${host}`)
      const path = `/resource_providers/${providers.resource_providers[0]?.uuid}/traits`
      const { traits } = await call<{ traits: string[] }>('placement', 'GET', path)
      return !traits.includes('COMPUTE_STATUS_DISABLED')
    },
    async snapshot() {
      const { aggregates } = await get<{ aggregates: unknown[] }>('/os-aggregates')
      const rows = (await services()).map(({ id, host, status, state, forced_down, disabled_reason }) => ({
        id,
        host,
        status,
        state,
        forced_down,
        disabled_reason
      }))
      return { services: rows, servers: await servers(), migrations: await migrations(), aggregates }
    }
  }
}
