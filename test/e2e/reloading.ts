import { expect } from '@jest/globals'
import type { ServiceProcess } from './service.ts'
import type { Wishes } from './service-config.ts'
import { until } from './until.ts'

interface Configuration {
  readonly loadedAtMs: number
  readonly needsRestart: readonly string[]
  readonly failed?: { readonly atMs: number; readonly mistakes: readonly string[] }
}

/** SIGHUP with this configuration; resolves to what /health says of it. */
export async function reload(service: ServiceProcess, wishes: Wishes): Promise<Configuration> {
  const before = await configurationOf(service)
  await service.configure(wishes)
  process.kill(service.pid() ?? 0, 'SIGHUP')
  return await until('the configuration to be read', 60_000, async () => {
    const now = await configurationOf(service)
    return (now.loadedAtMs !== before.loadedAtMs || now.failed?.atMs !== before.failed?.atMs) && now
  })
}

async function configurationOf(service: ServiceProcess): Promise<Configuration> {
  const { status, body } = await service.request('GET', '/health')
  expect(status).toBe(200)
  return (body as { configuration: Configuration }).configuration
}
