import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import type { Lab } from '../lab.ts'
import type { Monitor } from './measured.ts'

type Labels = Readonly<Record<string, string>>

/** Why Aodh can't be given a Prometheus of ours; undefined if it can. */
export function lackOfPrometheus(): string | undefined {
  if (process.env.SWITCHOVER_EMULATOR !== undefined) return 'the emulator has no Prometheus'
  if (process.env.SWITCHOVER_AODH_HOME !== undefined) return undefined
  return 'SWITCHOVER_AODH_HOME does not name the home folder of the aodh-evaluator'
}

/** As much of Prometheus as Aodh asks of it, with `up` of each host's node exporter; Aodh's evaluator is restarted to find it. */
export async function measureInPrometheus(
  lab: Lab,
  hosts: readonly string[]
): Promise<Monitor & { asked(): string[] }> {
  const lost = new Set<string>()
  const asked = new Set<string>()
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://prometheus')
    const series = hosts.map(host => ({ __name__: 'up', job: 'node', instance: `${host}:9100` }))
    const query = searchParams.get('query') ?? ''
    if (pathname === '/api/v1/query') asked.add(query)
    const found = series.filter(matches(query === '' ? (searchParams.get('match[]') ?? '') : query))
    const result = found.map(labels => {
      const host = labels.instance.replace(':9100', '')
      return { metric: labels, value: [Date.now() / 1000, lost.has(host) ? '0' : '1'] }
    })
    const data = pathname === '/api/v1/query' ? { resultType: 'vector', result } : found
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'success', data }))
  })
  const file = join(process.env.SWITCHOVER_AODH_HOME ?? '', '.config/openstack/prometheus.yaml')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `{host: 127.0.0.1, port: ${await listen(server)}}\n`)
  await lab.restart('aodh-evaluator')
  return {
    lose: host => void lost.add(host),
    asked: () => [...asked],
    async stop() {
      rmSync(file)
      await lab.restart('aodh-evaluator')
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

/** Every matcher of the query must fit, `project` too, by which Aodh may narrow it. */
function matches(query: string): (labels: Labels) => boolean {
  const wanted = [...query.matchAll(/(\w+)\s*=\s*["']([^"']*)["']/g)]
  return labels => wanted.every(([, label = '', value]) => labels[label] === value)
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
