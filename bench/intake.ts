/**
 * Alarm → 202 after the durable commit, open loop: alarms come at their appointed times whether or not earlier ones are
 * answered, and each is timed from its appointed time. Then the service is killed, started again, and every signal that it
 * had acknowledged must be there.
 *
 *     node bench/intake.ts [--rate 500] [--seconds 60] [--hosts 20] [--json FILE]
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort, startService } from './service-process.ts'
import { startSmallCloud } from './small-cloud.ts'
import { percentile, printTable } from './table.ts'

const secrets = { alarms: 'alarm-secret-for-the-bench', viewer: 'viewer-secret-for-the-bench' }
const spares = ['spare-1', 'spare-2']
const agent = new Agent({ keepAlive: true, maxSockets: 512 })

interface Result {
  readonly status: number
  readonly ms: number
  readonly signal?: string
  readonly outcome?: string
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '60' },
      hosts: { type: 'string', default: '20' },
      json: { type: 'string' }
    }
  })
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
  const hosts = Array.from({ length: Number(values.hosts) }, (_, index) => `host-${index + 1}`)
  const cloud = await startSmallCloud(hosts, spares)
  const folder = mkdtempSync(join(tmpdir(), 'switchover-intake-'))
  const port = await freePort()
  writeFiles(folder, port, cloud.authUrl, hosts)
  let service = await startService(folder, port)
  try {
    await load(port, hosts, rate, 2)
    const results = await load(port, hosts, rate, seconds)
    service.kill('SIGKILL')
    await new Promise(resolve => service.once('exit', resolve))
    service = await startService(folder, port)
    const stored = await storedSignals(port)
    const acknowledged = results.flatMap(({ signal }) => signal ?? [])
    const lost = acknowledged.filter(id => !stored.has(id)).length
    const figures = summarize(results, rate, seconds, lost)
    printTable([figures])
    console.log(JSON.stringify(figures))
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`)
    return lost === 0 && figures.refused === 0 ? 0 : 1
  } finally {
    service.kill('SIGKILL')
    agent.destroy()
    await cloud.close()
  }
}

/** Alarms of hosts that are down, one in ten of a host that nobody knows. */
async function load(port: number, hosts: readonly string[], rate: number, seconds: number): Promise<Result[]> {
  const begun = performance.now()
  const running: Promise<Result>[] = []
  for (let number = 0; number < rate * seconds; number++) {
    const dueMs = begun + (number * 1000) / rate
    const waitMs = dueMs - performance.now()
    if (waitMs > 1) await delay(waitMs)
    const host = number % 10 === 9 ? 'nobody' : (hosts[number % hosts.length] ?? '')
    running.push(post(port, alarmOf(host, number, begun), dueMs))
  }
  return await Promise.all(running)
}

function alarmOf(host: string, number: number, run: number): unknown {
  const event = {
    message_id: `${run}-${number}`,
    event_type: 'compute.host.down',
    generated: new Date().toISOString(),
    traits: [
      ['host', 1, host],
      ['service', 1, 'hostmonitor.controller']
    ],
    raw: {}
  }
  return {
    alarm_id: `alarm-of-${host}`,
    alarm_name: `host-down-${host}`,
    severity: 'critical',
    previous: 'insufficient data',
    current: 'alarm',
    reason: 'Event hits the query',
    reason_data: { type: 'event', event }
  }
}

function post(port: number, body: unknown, dueMs: number): Promise<Result> {
  const text = JSON.stringify(body)
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    authorization: `Bearer ${secrets.alarms}`
  }
  return new Promise(resolve => {
    const call = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/v1/alarms', headers }, reply => {
      let answer = ''
      reply.setEncoding('utf8')
      reply.on('data', (chunk: string) => (answer += chunk))
      reply.on('end', () => {
        const ms = performance.now() - dueMs
        const status = reply.statusCode ?? 0
        resolve(
          status === 202
            ? { status, ms, ...(JSON.parse(answer) as { signal: string; outcome: string }) }
            : { status, ms }
        )
      })
    })
    call.on('error', () => resolve({ status: 0, ms: performance.now() - dueMs }))
    call.end(text)
  })
}

async function storedSignals(port: number): Promise<Set<string>> {
  const found = new Set<string>()
  let cursor: string | undefined
  do {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await fetch(`http://127.0.0.1:${port}/v1/signals?limit=200${query}`, {
      headers: { authorization: `Bearer ${secrets.viewer}` }
    })
    if (!answer.ok) throw new Error(`GET /v1/signals answered ${answer.status}: ${await answer.text()}`)
    const page = (await answer.json()) as { items: { id: string }[]; cursor?: string }
    for (const { id } of page.items) found.add(id)
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}

function summarize(results: readonly Result[], rate: number, seconds: number, lost: number) {
  const accepted = results.filter(({ status }) => status === 202)
  const times = accepted.map(({ ms }) => ms).toSorted((a, b) => a - b)
  const outcomes: Record<string, number> = {}
  for (const { outcome = 'none' } of accepted) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  return {
    rate,
    seconds,
    sent: results.length,
    accepted: accepted.length,
    refused: results.length - accepted.length,
    lost,
    p50Ms: round(percentile(times, 50)),
    p99Ms: round(percentile(times, 99)),
    maxMs: round(times.at(-1) ?? 0),
    outcomes: Object.entries(outcomes)
      .map(([outcome, count]) => `${outcome} ${count}`)
      .join(', ')
  }
}

function writeFiles(folder: string, port: number, authUrl: string, hosts: readonly string[]): void {
  const auth = {
    auth_url: authUrl,
    username: 'admin',
    password: 'secret',
    project_name: 'admin',
    user_domain_name: 'Default',
    project_domain_name: 'Default'
  }
  writeFileSync(
    join(folder, 'clouds.yaml'),
    JSON.stringify({ clouds: { small: { auth, region_name: 'R', interface: 'public' } } })
  )
  const config = {
    listen: { host: '127.0.0.1', port },
    store: { url: `file:${join(folder, 'switchover.db')}` },
    cloud: { name: 'small' },
    auth: {
      alarms: { tokens: [{ name: 'aodh', secret: secrets.alarms }] },
      operators: { tokens: [{ name: 'victor', secret: secrets.viewer, role: 'viewer' }] }
    },
    armed: false,
    segments: [
      {
        name: 'all',
        hosts: { names: hosts },
        spares: { names: spares },
        method: 'reserved_host',
        storage: 'shared',
        fencing: ['none']
      }
    ]
  }
  writeFileSync(join(folder, 'switchover.yaml'), JSON.stringify(config))
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}

process.exitCode = await main()
