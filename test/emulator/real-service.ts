import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../../src/cli/compose.ts'
import { createSilentLogger } from '../../src/cli/logger.ts'
import { parseConfig } from '../../src/config.ts'
import type { Emulator } from '../../src/emulator/start-emulator.ts'

export interface RealService {
  readonly url: string
  /** An operator's, olga. */
  readonly token: string
  /** An action URL for Aodh. */
  readonly alarmUrl: string
  /** A configuration for commands, and their environment. */
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: object): Promise<T>
  stop(): Promise<void>
  /** The next process on the same files, when this one has ended. */
  restarted(): Promise<RealService>
}

const secret = 'a-secret-of-the-tests'

export interface Wishes {
  readonly hosts: readonly string[]
  readonly spares: readonly string[]
  readonly armed?: boolean
  /** Signs of life besides ssh. */
  readonly alive?: readonly object[]
  /** Ask the BMCs as evidence. */
  readonly power?: boolean
  /** The template of the alarms that `switchover alarms` makes. */
  readonly alarms?: object
}

/** The whole service, in this process, on a cloud that it knows by its URLs alone. */
export async function startService(
  emulator: Emulator,
  wishes: Wishes,
  folder = mkdtempSync(join(tmpdir(), 'switchover-emulator-'))
): Promise<RealService> {
  const cloudsFile = join(folder, 'clouds.yaml')
  writeFileSync(cloudsFile, emulator.cloudsYaml())
  const described = configFor(emulator, wishes, join(folder, 'switchover.db'))
  const config = parseConfig('test', JSON.stringify(described), {})
  const env = { OS_CLIENT_CONFIG_FILE: cloudsFile }
  const switchover = await compose(config, env, createSilentLogger(), 'test')
  await switchover.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = switchover.app.server.address() as AddressInfo
  const running = switchover.run()
  const url = `http://127.0.0.1:${port}`
  const file = join(folder, 'switchover.yaml')
  const alarms = wishes.alarms === undefined ? {} : { alarms: { url, token: 'aodh', template: wishes.alarms } }
  writeFileSync(file, JSON.stringify({ ...described, ...alarms }))
  const ask = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json', connection: 'close' }
    const answer = await fetch(url + path, { ...init, headers })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as T
  }
  let ended: Promise<void> | undefined
  const end = async (): Promise<void> => {
    ended ??= switchover.stop(5000).then(() => running)
    await ended
  }
  return {
    url,
    token: secret,
    file,
    env,
    alarmUrl: `http://aodh:${secret}-aodh@127.0.0.1:${port}/v1/alarms`,
    get: path => ask(path),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    async stop() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
    async restarted() {
      await end()
      return await startService(emulator, wishes, folder)
    }
  }
}

function configFor(emulator: Emulator, wishes: Wishes, database: string): object {
  const names = [...emulator.world.hosts.keys()]
  return {
    listen: { host: '127.0.0.1', port: 1 },
    store: { url: `file:${database}` },
    cloud: { name: 'lab' },
    auth: {
      alarms: { tokens: [{ name: 'aodh', secret: `${secret}-aodh` }] },
      operators: { tokens: [{ name: 'olga', secret, role: 'operator' }] }
    },
    armed: wishes.armed ?? true,
    segments: [
      {
        name: 'rack-1',
        hosts: { names: wishes.hosts },
        spares: { names: wishes.spares },
        method: 'reserved_host',
        storage: 'shared',
        confirm: {
          downSeconds: 1,
          timeoutSeconds: 60,
          power: wishes.power ?? false,
          alive: [
            { ssh: 22, hosts: Object.fromEntries(names.map(name => [name, emulator.sshAddress(name)])) },
            ...(wishes.alive ?? [])
          ]
        },
        limits: { recoveriesPerHour: 100, hostsDownPercent: 60, quietMinutes: 0, failuresPerHost: 100 },
        fencing: ['bmc'],
        evacuate: { perSpare: 8, moveTimeoutSeconds: 60, attempts: 2, spread: 'fewest' }
      }
    ],
    fencing: {
      bmc: {
        type: 'redfish',
        url: 'http://{host}.invalid',
        user: 'admin',
        password: 'unused',
        hosts: Object.fromEntries(names.map(name => [name, emulator.bmc(name)]))
      }
    },
    limits: { recoveriesPerHour: 100 }
  }
}
