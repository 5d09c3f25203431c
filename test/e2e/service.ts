import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import type { Lab } from './lab.ts'
import { configText, secrets, type Wishes } from './service-config.ts'
import { Refusal, until } from './until.ts'
import type { RecoveryView, SignalView } from './views.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: unknown
}

export interface ServiceProcess {
  readonly url: string
  /** The configuration file; its folder has the file store, if that is the store. */
  readonly config: string
  /** An action URL for Aodh: the secret in front of the host (basic auth) or as `?token=`. */
  alarmUrl(path?: string, how?: 'basic' | 'query'): string
  /** Another configuration, for the next start. */
  configure(wishes: Wishes): Promise<void>
  /** Resolves when it answers. */
  start(): Promise<void>
  kill(): Promise<void>
  /** SIGSTOP; and on it goes as if nothing had been. */
  pause(): void
  resume(): void
  /** True if it drives this recovery now, by the word of whoever is asked. */
  drives(view: RecoveryView): boolean
  /** SIGTERM; resolves to its exit status. */
  stop(): Promise<number | null>
  running(): boolean
  pid(): number | undefined
  /** Any subcommand, with this configuration. Rejects with its output when it fails. */
  cli(...words: string[]): Promise<string>
  /** What a subcommand says with --json, whatever its exit status. */
  cliJson<T>(...words: string[]): Promise<T & { readonly status: number }>
  request(method: string, path: string, body?: unknown, token?: string): Promise<Answer>
  recoveries(query?: string): Promise<{ readonly id: string; readonly host: string; readonly state: string }[]>
  recovery(id: string): Promise<RecoveryView>
  signals(query?: string): Promise<SignalView[]>
  /** Until a recovery of `host` is open or was. */
  opened(host: string, limitMs?: number): Promise<RecoveryView>
  /** Until `check` holds for the recovery; answers it as it was then. Survives a service that is away. */
  waitFor(id: string, what: string, check: (view: RecoveryView) => boolean, limitMs?: number): Promise<RecoveryView>
  log(): string
  /** Kills it if it runs, and removes its files. */
  discard(): Promise<void>
}

/** What a replica finds around it; nothing: a file store, the cloud as it is, our environment. */
export interface Surroundings {
  readonly storeUrl?: string | undefined
  /** Laid over its entry in clouds.yaml. */
  readonly cloud?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  /** The folder below which all its files lie, its log too; that for temporary files if not given. */
  readonly base?: string
}

const main = join(import.meta.dirname, '../../src/main.ts')
const patienceMs = 600_000

/** The real service with a configuration of its own, and a file store if no other is given; not started yet. */
export async function createService(
  lab: Lab,
  wishes: Wishes = {},
  { storeUrl, cloud = {}, env: more = {}, base = tmpdir() }: Surroundings = {}
): Promise<ServiceProcess> {
  const folder = mkdtempSync(join(base, 'switchover-e2e-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const config = join(folder, 'switchover.yaml')
  const logFile = join(folder, 'service.log')
  const configure = async (wanted: Wishes) =>
    writeFileSync(config, await configText(lab, port, storeUrl ?? `file:${join(folder, 'switchover.db')}`, wanted))
  await configure(wishes)
  writeFileSync(join(folder, 'clouds.yaml'), await cloudsYaml(lab, cloud, wishes.users))
  writeFileSync(logFile, '')
  const env = { ...cleanEnvironment(join(folder, 'clouds.yaml')), ...more }
  let child: ChildProcess | undefined

  const request: ServiceProcess['request'] = (method, path, body, token = secrets.operator) =>
    ask(`${url}${path}`, method, body, token)
  async function read<T>(path: string): Promise<T> {
    const { status, body } = await request('GET', path)
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`)
    return body as T
  }
  const recovery = (id: string) => read<RecoveryView>(`/v1/recoveries/${id}`)
  const recoveries: ServiceProcess['recoveries'] = async (query = '') =>
    (await read<{ items: { id: string; host: string; state: string }[] }>(`/v1/recoveries${query}`)).items

  async function signalled(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const leaving = child
    const end = new Promise<number | null>(resolve => leaving.once('exit', resolve))
    leaving.kill(signal)
    return await end
  }

  return {
    url,
    config,
    alarmUrl(path = '/v1/alarms', how = 'basic') {
      if (how === 'query') return `${url}${path}?token=${secrets.alarms}`
      return `http://aodh:${secrets.alarms}@127.0.0.1:${port}${path}`
    },
    configure,
    async start() {
      const out = openSync(logFile, 'a')
      child = spawn(process.execPath, [main, 'serve', '--config', config], { env, stdio: ['ignore', out, out] })
      closeSync(out)
      const begun = child
      await until('the service to answer', 60_000, async () => {
        if (begun.exitCode !== null || begun.signalCode !== null)
          throw new Refusal(`the service ended with ${begun.exitCode ?? begun.signalCode}:\n${tail(logFile)}`)
        return (await ask(`${url}/health/live`, 'GET', undefined, secrets.viewer)).status === 200
      })
    },
    async kill() {
      await signalled('SIGKILL')
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    drives: ({ owner }) => child?.pid !== undefined && owner?.split('/')[1] === String(child.pid),
    stop: () => signalled('SIGTERM'),
    running: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    pid: () => child?.pid,
    async cli(...words) {
      const run = promisify(execFile)
      const { stdout } = await run(process.execPath, [main, ...words, '--config', config], { env, timeout: 120_000 })
      return stdout
    },
    async cliJson<T>(...words: string[]) {
      const run = promisify(execFile)
      const args = [main, ...words, '--json', '--config', config]
      const { stdout, code } = await run(process.execPath, args, { env, timeout: 300_000 }).then(
        ({ stdout: text }) => ({ stdout: text, code: 0 }),
        (error: { stdout: string; code: number }) => error
      )
      if (stdout === '') throw new Error(`${words.join(' ')} ended with ${code} and said nothing`)
      return { ...(JSON.parse(stdout) as T), status: code }
    },
    request,
    recoveries,
    recovery,
    signals: async (query = '') => (await read<{ items: SignalView[] }>(`/v1/signals${query}`)).items,
    async opened(host, limitMs = 120_000) {
      const found = await until(`a recovery of ${host}`, limitMs, async () => (await recoveries(`?host=${host}`))[0])
      return await recovery(found.id)
    },
    waitFor: (id, what, check, limitMs = patienceMs) =>
      until(what, limitMs, async () => {
        const view = await recovery(id)
        return check(view) ? view : undefined
      }),
    log: () => tail(logFile),
    async discard() {
      await signalled('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function cloudsYaml(lab: Lab, more: Readonly<Record<string, unknown>>, users: Wishes['users']): Promise<string> {
  const { lab: admin } = (parse(await lab.cloudsYaml()) as { clouds: { lab: { auth: object } } }).clouds
  const others = Object.entries(users ?? {}).map(([name, auth]) => [
    name,
    { ...admin, auth: { ...admin.auth, ...auth } }
  ])
  return stringify({ clouds: { lab: { ...admin, ...more }, ...Object.fromEntries(others) } })
}

async function ask(url: string, method: string, body: unknown, token: string): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' })
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(60_000)
  })
  const text = await answer.text()
  const type = answer.headers.get('content-type') ?? ''
  return { status: answer.status, type, body: type.includes('json') ? JSON.parse(text) : text }
}

/** The credentials of whoever runs the tests must not leak into the service. */
function cleanEnvironment(cloudsFile: string): NodeJS.ProcessEnv {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OS|LAB|NODE|JEST|SWITCHOVER)_/.test(name))
  )
  return { ...env, NODE_ENV: 'production', OS_CLIENT_CONFIG_FILE: cloudsFile }
}

/** Below those that the system gives to clients: one of them could have it while the service is restarted. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const isFree = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise(resolve => server.close(resolve))
    if (isFree) return port
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-120).join('\n')
}
