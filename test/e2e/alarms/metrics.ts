import { setTimeout as delay } from 'node:timers/promises'
import { type Api, createApi } from '../api.ts'
import { createLab } from '../lab.ts'
import type { Monitor } from './measured.ts'

const policy = 'switchover-e2e'
const metric = 'host.alive'
export const granularitySeconds = 5

/** A monitor that tells Gnocchi each second which of the hosts are alive, by a metric of each host's nova_compute resource. */
export async function measureInGnocchi(
  env: Readonly<Record<string, string>>,
  hosts: readonly string[]
): Promise<Monitor> {
  const api = createApi(env)
  const metrics = await createMetrics(api, hosts)
  const lost = new Set<string>()
  const end = new AbortController()
  const telling = tell(api, metrics, { lost, signal: end.signal })
  return {
    lose: host => void lost.add(host),
    async stop() {
      end.abort()
      await telling
      for (const host of hosts) await call(api, 'DELETE', `/v1/resource/nova_compute/${host}_${host}`, { okay: [404] })
    }
  }
}

/** Why the cloud of SWITCHOVER_LAB can't measure; undefined if it can. */
export async function lackOfGnocchi(): Promise<string | undefined> {
  const { SWITCHOVER_LAB: command, SWITCHOVER_EMULATOR: emulator } = process.env
  const lack = 'the cloud has no Gnocchi'
  if (command === undefined || emulator !== undefined) return lack
  const { LAB_GNOCCHI_URL: url } = await createLab(command).env()
  if (url === undefined) return lack
  return await fetch(url).then(
    () => undefined,
    () => lack
  )
}

async function createMetrics(api: Api, hosts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const definition = [{ granularity: granularitySeconds, timespan: '1 hour' }]
  const archive = { name: policy, definition, aggregation_methods: ['mean'], back_window: 0 }
  await call(api, 'POST', '/v1/archive_policy', { body: archive, okay: [409] })
  // As Ceilometer makes it.
  const attributes = { host_name: { type: 'string', required: true, min_length: 0, max_length: 255 } }
  await call(api, 'POST', '/v1/resource_type', { body: { name: 'nova_compute', attributes }, okay: [409] })
  const found = new Map<string, string>()
  for (const host of hosts) {
    const id = `${host}_${host}`
    await call(api, 'DELETE', `/v1/resource/nova_compute/${id}`, { okay: [404] })
    const body = { id, host_name: host, metrics: { [metric]: { archive_policy_name: policy } } }
    const resource = await call<{ metrics: Record<string, string> }>(api, 'POST', '/v1/resource/nova_compute', { body })
    found.set(host, resource.metrics[metric] ?? '')
  }
  return found
}

async function tell(
  api: Api,
  metrics: ReadonlyMap<string, string>,
  { lost, signal }: { lost: ReadonlySet<string>; signal: AbortSignal }
): Promise<void> {
  while (!signal.aborted) {
    const timestamp = new Date().toISOString().slice(0, -1)
    const measures = [...metrics].map(([host, id]) => [id, [{ timestamp, value: lost.has(host) ? 0 : 1 }]] as const)
    await call(api, 'POST', '/v1/batch/metrics/measures', { body: Object.fromEntries(measures) })
    // Otherwise they count once metricd comes to them, which takes minutes on a busy machine.
    for (const id of metrics.values()) await call(api, 'GET', `/v1/metric/${id}/measures?refresh=true`, { okay: [503] })
    await delay(1000, undefined, { signal }).catch(() => undefined)
  }
}

async function call<T>(
  api: Api,
  method: string,
  path: string,
  { body, okay = [] }: { body?: unknown; okay?: readonly number[] }
): Promise<T> {
  const answer = await api.call('gnocchi', method, path, { body })
  if (answer.code >= 300 && !okay.includes(answer.code))
    throw new Error(`${method} gnocchi${path} answered ${answer.code}: ${JSON.stringify(answer.body)}`)
  return answer.body as T
}
