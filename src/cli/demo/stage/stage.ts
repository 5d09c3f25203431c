import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../config.ts'
import type { WorldSpec } from '../../../emulator/model/spec.ts'
import type { World } from '../../../emulator/model/world.ts'
import { type Emulator, startEmulator } from '../../../emulator/start-emulator.ts'
import { compose } from '../../compose.ts'
import { listen } from '../../listen.ts'
import { createLogger } from '../../logger.ts'
import { type Api, createApi } from './api.ts'
import { configText, createTokens, type Machine, type Tokens } from './demo-config.ts'

/** A cloud in memory and the real service beside it, both over HTTP, with files in a folder of their own. */
export interface Stage {
  readonly world: World
  readonly api: Api
  /** Of the service, and of the emulator. */
  readonly url: string
  readonly cloudUrl: string
  readonly tokens: Tokens
  readonly folder: string
  /** What no API offers: `host panic compute-01`, `bmc behave compute-02 --lies-off` … */
  lab(...words: string[]): Promise<string>
}

export interface StageWishes {
  readonly spec: WorldSpec
  readonly segment: Readonly<Record<string, unknown>>
  readonly limits: Readonly<Record<string, unknown>>
  readonly guards?: Readonly<Record<string, unknown>>
  readonly rules?: Readonly<Record<string, unknown>>
  readonly port: number
  readonly version: string
}

/** What a demo leaves undone may be left: nobody resumes it. */
const stopLimitMs = 1000

/** What it starts and writes is taken down again by `undo`, in reverse order, however far it came. */
export async function setStage(wishes: StageWishes, undo: AsyncDisposableStack, stop: AbortController): Promise<Stage> {
  const folder = makeFolder(undo)
  const emulator = await startEmulator({ spec: wishes.spec })
  undo.defer(() => emulator.close())
  const tokens = createTokens()
  const clouds = join(folder, 'clouds.yaml')
  writeFileSync(clouds, emulator.cloudsYaml())
  const file = join(folder, 'switchover.yaml')
  writeFileSync(
    file,
    configText({
      ...wishes,
      store: join(folder, 'switchover.db'),
      tokens,
      machines: machinesOf(emulator),
      heartbeats: `${emulator.url}/storage/heartbeats`
    })
  )
  const config = loadConfig(file, {})
  const log = createLogger(config.logLevel, join(folder, 'service.log'))
  const service = await compose(config, { OS_CLIENT_CONFIG_FILE: clouds }, log, wishes.version)
  undo.defer(() => service.stop(stopLimitMs))
  await listen(service.app, config.listen)
  const url = `http://127.0.0.1:${portOf(service.app.server.address())}`
  const lab = (...words: string[]) => askLab(emulator.url, words)
  for (const host of emulator.world.hosts.keys()) await addAlarm(lab, host, url, tokens)
  // Only now, so that it finds the alarms when it first looks. It rejects only for a mistake of our own.
  service.run().catch((error: unknown) => stop.abort(error))
  return {
    url,
    tokens,
    folder,
    world: emulator.world,
    cloudUrl: emulator.url,
    api: createApi(url, tokens.operator),
    lab
  }
}

function machinesOf(emulator: Emulator): Machine[] {
  return [...emulator.world.hosts.keys()].map(host => ({ host, ssh: emulator.sshAddress(host), ...emulator.bmc(host) }))
}

/** One alarm a host, as the README tells operators to make them. */
async function addAlarm(lab: Stage['lab'], host: string, url: string, tokens: Tokens): Promise<void> {
  const action = `${url.replace('//', `//aodh:${tokens.alarms}@`)}/v1/alarms/${host}`
  await lab('alarm', 'host-down', '--host', host, '--repeat', '--url', action)
}

/** The words of the lab's command. Throws what it would print. */
async function askLab(cloudUrl: string, words: readonly string[]): Promise<string> {
  const answer = await fetch(`${cloudUrl}/lab`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ words })
  })
  const { status, stdout, stderr } = (await answer.json()) as { status: number; stdout: string; stderr: string }
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
  return stdout
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the service listens on no port')
  return address.port
}

/** Removed even if the process ends by our own mistake. */
function makeFolder(undo: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-demo-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  undo.defer(() => {
    process.off('exit', remove)
    remove()
  })
  return folder
}
