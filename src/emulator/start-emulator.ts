import type { AddressInfo } from 'node:net'
import { buildCloudApp } from './http/app.ts'
import type { Face } from './http/face.ts'
import { adminProject, createIdentity } from './http/keystone/identity.ts'
import { post } from './http/others/notifier.ts'
import { cloudsYaml } from './lab/clouds-yaml.ts'
import { labRoutes } from './lab/lab.ts'
import { bmcFacts } from './machines/bmc-facts.ts'
import { type Machines, openMachines } from './machines/machines.ts'
import { type AlarmEvaluator, createAlarmEvaluator } from './model/alarm-evaluator.ts'
import { createWorld } from './model/create-world.ts'
import { watchHosts } from './model/host-monitor.ts'
import { addLiveMigration } from './model/live-migrations.ts'
import type { WorldSpec } from './model/spec.ts'
import type { World } from './model/world.ts'
import { createModelClock, type RealClock } from './real-clock.ts'

export interface EmulatorOptions {
  readonly spec: WorldSpec
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string
  /** 0, any free one, if not given. */
  readonly port?: number
  /** Of each call; what the spec says, else 0. */
  readonly latencyMs?: number
  readonly tokenSeconds?: number
  /** Its time; ours if not given. */
  readonly clock?: RealClock
  /** The newest that its Nova knows: 2.93 is Zed's. */
  readonly microversion?: string
}

/** An OpenStack over HTTP, in this process and in real time. */
export interface Emulator {
  /** The services lie below it: /identity, /compute, /placement, /network, /volume, /image, /alarm; and /bmc, /storage, /lab. */
  readonly url: string
  readonly authUrl: string
  /** An entry `lab` for clouds.yaml. */
  cloudsYaml(): string
  /** The truth: what runs where, and what was done. */
  readonly world: World
  readonly evaluator: AlarmEvaluator
  bmc(host: string): { readonly url: string; readonly user: string; readonly password: string; readonly uuid: string }
  /** Of the host's ssh, on the emulator's own address. */
  sshAddress(host: string): string
  close(): Promise<void>
}

export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const {
    spec,
    host: address = '127.0.0.1',
    port = 0,
    tokenSeconds,
    microversion = '2.96',
    clock = createModelClock()
  } = options
  const latencyMs = options.latencyMs ?? spec.latencyMs ?? 0
  const world = createWorld(clock, { projectId: adminProject.id, ids: 'uuids', ...spec, latencyMs })
  for (const migration of spec.liveMigrations ?? []) addLiveMigration(world, migration)
  const evaluator = createAlarmEvaluator(world)
  world.listeners.push(notification => void post(notification))
  let url = ''
  let machines: Machines | undefined
  const face: Face = {
    world,
    evaluator,
    identity: createIdentity(tokenSeconds),
    microversion,
    away: new Map(),
    url: () => url
  }
  const app = buildCloudApp(face)
  const bmc = (name: string) => ({ url: `http://${address}:${machines?.bmcPort(name)}`, ...bmcFacts(name) })
  const sshAddress = (name: string) => `${address}:${machines?.sshPort(name)}`
  void app.register(labRoutes, { face, bmc, sshAddress, addMachine: async host => machines?.add(host) })
  await app.listen({ host: address, port })
  url = `http://${address}:${(app.server.address() as AddressInfo).port}`
  machines = await openMachines(world, address, (request, response) => app.routing(request, response))
  const endMonitor = watchHosts(world, evaluator, adminProject.id)
  return {
    url,
    authUrl: `${url}/identity/v3`,
    cloudsYaml: () => cloudsYaml(url),
    world,
    evaluator,
    bmc,
    sshAddress,
    async close() {
      endMonitor()
      clock.stop()
      await machines?.close()
      await app.close()
    }
  }
}
