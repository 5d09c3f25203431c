import { expect } from '@jest/globals'
import { startBalancer } from '../databases/servers/balancer.ts'
import { startGalera } from '../databases/servers/galera.ts'
import { startPostgres } from '../databases/servers/postgres.ts'
import type { ServiceProcess } from './service.ts'
import type { StoreServer } from './service-config.ts'
import { until } from './until.ts'
import type { RecoveryView } from './views.ts'

/** Three Galera nodes; each new connection of a replica goes to the next of them, as some load balancers have it. */
export async function onGalera(): Promise<StoreServer> {
  const cluster = await startGalera()
  const balancer = await startBalancer(cluster.nodes.map(({ port }) => port))
  return {
    url: cluster.url(balancer.port),
    async stop() {
      await balancer.close()
      await cluster.stop()
    }
  }
}

export async function onPostgres(): Promise<StoreServer> {
  const server = await startPostgres()
  return { url: server.url, stop: async () => await server.stop() }
}

/** Until one of them drives the recovery; that one first. */
export async function driverOf(
  id: string,
  asked: ServiceProcess,
  replicas: readonly ServiceProcess[]
): Promise<{ driver: ServiceProcess; others: readonly ServiceProcess[] }> {
  return await until('a replica to drive the recovery', 60_000, async () => {
    const view = await asked.recovery(id)
    const driver = replicas.find(replica => replica.drives(view))
    return driver && { driver, others: replicas.filter(replica => replica !== driver) }
  })
}

/** Waits until `to` drives it, and prints how long that took. */
export async function takenOver(letter: string, id: string, to: ServiceProcess): Promise<void> {
  const sinceMs = Date.now()
  await to.waitFor(id, 'the other replica to take it over', view => to.drives(view), 120_000)
  process.stdout.write(`(${letter}) taken over after ${((Date.now() - sinceMs) / 1000).toFixed(1)} s\n`)
}

/** However many wrote it, there is one story. */
export function expectGapless({ timeline }: RecoveryView): void {
  expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1))
}

/** It is said everywhere, an alarm is refused rather than lost, and nothing more is begun. */
export async function storeIsGone(
  letter: string,
  replicas: readonly ServiceProcess[],
  evacuated: () => Promise<number>
): Promise<void> {
  for (const replica of replicas) {
    await until('alarms to be refused', 60_000, async () => (await alarm(replica)).status === 503)
    expect((await alarm(replica)).body).toMatchObject({ status: 503, detail: expect.stringMatching(/again/) })
    expect((await replica.request('GET', '/health/ready', undefined, '')).status).toBe(503)
    expect((await replica.request('GET', '/health')).body).toMatchObject({ status: 'down', store: { ok: false } })
    expect((await replica.request('GET', '/health/live', undefined, '')).status).toBe(200)
  }
  const before = await evacuated()
  await new Promise(resolve => setTimeout(resolve, 15_000))
  expect(await evacuated()).toBe(before)
  process.stdout.write(`(${letter}) ${before} evacuations begun when the store went, and none while it was away\n`)
}

export async function storeIsBack(replicas: readonly ServiceProcess[]): Promise<void> {
  for (const replica of replicas) {
    await until('the store to be back', 120_000, async () => {
      return (await replica.request('GET', '/health/ready', undefined, '')).status === 200
    })
    const { status, body } = await alarm(replica)
    expect({ status, body }).toMatchObject({ status: 202, body: { outcome: 'joined' } })
    await until('the log to say so', 60_000, async () => replica.log().includes('the store can be used again'))
    const said = replica
      .log()
      .split('\n')
      .filter(line => line.includes('"level":"warn"') && line.includes('the store'))
    process.stdout.write(`said of the store: ${said.map(line => JSON.parse(line).msg).join(' | ')}\n`)
    expect(said.filter(line => line.includes("the store can't be used: nothing new")).length).toBeGreaterThan(0)
  }
}

async function alarm(replica: ServiceProcess): Promise<Awaited<ReturnType<ServiceProcess['request']>>> {
  return await replica.request('POST', '/v1/recoveries', { host: 'compute-01', reason: 'is the store there?' })
}
