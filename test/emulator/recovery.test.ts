import { afterEach, expect, test } from '@jest/globals'
import { whereRunning } from '../../src/emulator/model/oracle.ts'
import type { Emulator } from '../../src/emulator/start-emulator.ts'
import { startEmulator } from '../../src/emulator/start-emulator.ts'
import { until } from '../e2e/until.ts'
import type { RealService } from './real-service.ts'
import { startService } from './real-service.ts'

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

test('a dead host: the emulated Aodh rings, and the real service brings every guest to the spare, once', async () => {
  const emulator = await started()
  const service = await startService(emulator, { hosts: ['compute-01', 'compute-02'], spares: ['compute-03'] })
  undo.push(service.stop)
  await lab(emulator, 'alarm', 'host-down', '--url', service.alarmUrl, '--host', 'compute-01')
  const guests = [...emulator.world.servers.values()].filter(server => server.host === 'compute-01')
  await lab(emulator, 'host', 'panic', 'compute-01')

  const recovery = await ended(service, 'compute-01')
  expect(recovery.state).toBe('recovered')
  expect(guests.map(({ id }) => whereRunning(emulator.world, id))).toEqual(guests.map(() => ['compute-03']))
  expect(guests.map(server => [server.host, server.vmState])).toEqual(guests.map(() => ['compute-03', 'active']))
  expect(emulator.world.findings).toEqual([])
  const [signal] = (await service.get<{ items: { source: string }[] }>('/v1/signals')).items
  expect(signal?.source).toBe('aodh')
}, 120_000)

async function started(): Promise<Emulator> {
  const emulator = await startEmulator({
    spec: {
      pace: 10,
      serviceDownSeconds: 1,
      timing: { reportEveryMs: 200, monitorMs: 100 },
      hosts: { 'compute-01': { servers: 3 }, 'compute-02': { servers: 1 }, 'compute-03': { spare: true } }
    }
  })
  undo.push(emulator.close)
  return emulator
}

async function lab(emulator: Emulator, ...words: string[]): Promise<string> {
  const answer = await fetch(`${emulator.url}/lab`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: JSON.stringify({ words })
  })
  const { status, stdout, stderr } = (await answer.json()) as { status: number; stdout: string; stderr: string }
  if (status !== 0) throw new Error(stderr)
  return stdout
}

function ended(service: RealService, host: string): Promise<{ state: string }> {
  return until(`the recovery of ${host} to end`, 110_000, async () => {
    const { items } = await service.get<{ items: { state: string }[] }>(`/v1/recoveries?host=${host}`)
    return items.find(({ state }) => ['recovered', 'partial', 'held'].includes(state))
  })
}
