import { execFileSync } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { idleInTransactionSeconds } from '../../../src/store/database/servers/limits.ts'
import { makeCertificates } from './certificates.ts'
import { demand, folderFor, freePorts, removeFolder, runAs, startProcess, untilUp } from './processes.ts'

export interface Postgres {
  readonly url: string
  readonly port: number
  /** The file of the authority that signed its certificate. */
  readonly ca: string
  /** One statement, as its superuser. */
  ask<Row>(text: string): Promise<Row[]>
  /** Begins a transaction with this statement, and leaves it at that. */
  begin(text: string): Promise<{ end(): Promise<void> }>
  /** It stands still, with every connection: whoever asks gets no answer, and no refusal. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

const user = 'postgres'
/** What a password may hold without being written in another way. */
const password = 'p@ss:w/rd#?'

/** PostgreSQL on a free port of the loopback, with an empty database `switchover`; `env`: more for its environment. */
export async function startPostgres(env: Readonly<Record<string, string>> = {}): Promise<Postgres> {
  const [newest] = globSync('/usr/lib/postgresql/*/bin').toSorted().reverse()
  const bin = (program: string) => demand(join(newest ?? '/usr/lib/postgresql/15/bin', program), 'postgresql')
  const folder = folderFor(user, 'postgres')
  const [port] = (await freePorts(1)) as [number]
  const data = join(folder, 'data')
  writeFileSync(join(folder, 'password'), password, { mode: 0o644 })
  runAs(user, folder, [
    ...[bin('initdb'), '-D', data, '-U', 'switchover', '--encoding', 'UTF8', '--locale', 'C.UTF-8'],
    ...['--auth', 'scram-sha-256', '--pwfile', join(folder, 'password')]
  ])
  const { ca, cert, key } = makeCertificates(user, folder)
  const settings = [
    ...['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`],
    ...['ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`]
  ]
  const server = startProcess(
    user,
    folder,
    'postgres',
    [...[bin('postgres'), '-D', data, '-p', String(port)], ...settings.flatMap(setting => ['-c', setting])],
    env
  )

  async function connect(database = 'switchover'): Promise<pg.Client> {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'switchover', password, database })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  async function ask<Row>(text: string, database?: string): Promise<Row[]> {
    const client = await connect(database)
    try {
      return (await client.query(text)).rows as Row[]
    } finally {
      await client.end()
    }
  }

  await untilUp(server, 60, async () => {
    await ask('CREATE DATABASE switchover', 'postgres')
  })
  let isPaused = false
  function signalAll(signal: 'STOP' | 'CONT'): void {
    isPaused = signal === 'STOP'
    execFileSync('pkill', [`-${signal}`, '--parent', String(server.child.pid)])
    server.child.kill(`SIG${signal}`)
  }

  return {
    url: `postgres://switchover:${password}@127.0.0.1:${port}/switchover`,
    port,
    ca,
    ask: text => ask(text),
    async begin(text) {
      const client = await connect()
      // As the store has it, of which one process stands still.
      await client.query(`SET idle_in_transaction_session_timeout = '${idleInTransactionSeconds}s'`)
      await client.query('BEGIN')
      await client.query(text)
      return { end: () => client.end() }
    },
    pause: () => signalAll('STOP'),
    resume: () => signalAll('CONT'),
    async stop() {
      if (isPaused) signalAll('CONT')
      await server.stop('SIGINT')
      removeFolder(folder)
    }
  }
}
