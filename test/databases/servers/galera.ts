import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { idleInTransactionSeconds } from '../../../src/store/database/servers/limits.ts'
import { makeCertificates } from './certificates.ts'
import {
  demand,
  folderFor,
  freePorts,
  removeFolder,
  runAs,
  type ServerProcess,
  startProcess,
  untilUp
} from './processes.ts'

export interface GaleraNode {
  readonly port: number
  /** One statement, as a user who may do everything. */
  ask<Row>(text: string, database?: string): Promise<Row[]>
  /** Begins a transaction with this statement, and leaves it at that. */
  begin(text: string): Promise<{ end(): Promise<void> }>
  kill(): Promise<void>
  /** Starts it again; resolves when it serves. */
  start(): Promise<void>
  /** Starts it again, and does not wait until it serves. */
  launch(): Promise<void>
}

export interface Galera {
  readonly nodes: readonly GaleraNode[]
  /** The file of the authority that signed the nodes' certificate. */
  readonly ca: string
  /** The store on these ports, tried in this order. */
  url(...ports: number[]): string
  stop(): Promise<void>
}

const user = 'mysql'
/** What a password may hold without being written in another way. */
const password = 'p@ss:w/rd#?'
const login = { host: '127.0.0.1', user: 'switchover', password }

/** A Galera cluster of three MariaDB nodes on free ports of the loopback, with an empty database `switchover`. */
export async function startGalera(): Promise<Galera> {
  const folder = folderFor(user, 'galera')
  const ports = await freePorts(12)
  const { ca } = makeCertificates(user, folder)
  const group = [0, 1, 2].map(index => `127.0.0.1:${ports[index * 4 + 1]}`).join(',')
  const nodes = [0, 1, 2].map(index => nodeOf(folder, index, ports.slice(index * 4, index * 4 + 4), group))
  createFirst(folder)
  await nodes[0]!.start()
  // One after the other: each takes its copy from a node that serves.
  for (const node of nodes.slice(1)) await node.start()
  return {
    nodes,
    ca,
    url: (...at) => {
      const hosts = (at.length > 0 ? at : nodes.map(({ port }) => port)).map(port => `127.0.0.1:${port}`)
      return `mysql://switchover:${password}@${hosts.join(',')}/switchover`
    },
    async stop() {
      await Promise.all(nodes.map(node => node.kill()))
      removeFolder(folder)
    }
  }
}

function createFirst(folder: string): void {
  for (const index of [0, 1, 2]) runAs(user, folder, ['mkdir', join(folder, `node-${index}`)])
  const account = `'switchover'@'127.0.0.1'`
  const statements = [
    'CREATE DATABASE switchover',
    `CREATE USER ${account} IDENTIFIED BY '${password}'`,
    `GRANT ALL ON *.* TO ${account} WITH GRANT OPTION`
  ]
  writeFileSync(join(folder, 'first.sql'), `${statements.join(';\n')};\n`, { mode: 0o644 })
  const installer = demand('/usr/bin/mariadb-install-db', 'mariadb-server')
  runAs(user, folder, [installer, '--no-defaults', `--datadir=${folder}/node-0`, '--skip-test-db'])
}

function nodeOf(folder: string, index: number, ports: readonly number[], group: string): GaleraNode {
  const [port, groupPort, istPort, sstPort] = ports as [number, number, number, number]
  let server: ServerProcess | undefined
  let isFirstStart = true

  async function connect(database = 'switchover'): Promise<mysql.Connection> {
    const connection = await mysql.createConnection({ ...login, port, database, connectTimeout: 2000 })
    connection.on('error', () => undefined)
    return connection
  }

  async function ask<Row>(text: string, database?: string): Promise<Row[]> {
    const connection = await connect(database)
    try {
      return (await connection.query(text))[0] as Row[]
    } finally {
      connection.destroy()
    }
  }

  async function launch(): Promise<void> {
    await server?.stop('SIGKILL')
    const isNewCluster = isFirstStart && index === 0
    isFirstStart = false
    const data = `${folder}/node-${index}`
    server = startProcess(user, folder, `node-${index}`, [
      demand('/usr/sbin/mariadbd', 'mariadb-server'),
      '--no-defaults',
      ...[`--datadir=${data}`, `--socket=${data}/socket`, `--pid-file=${data}/pid`],
      ...[`--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve'],
      ...['--innodb-buffer-pool-size=64M', '--performance-schema=OFF', '--innodb-flush-log-at-trx-commit=2'],
      ...['--binlog-format=ROW', '--innodb-autoinc-lock-mode=2', '--default-storage-engine=InnoDB'],
      ...['--wsrep-on=ON', `--wsrep-provider=${demand('/usr/lib/galera/libgalera_smm.so', 'galera-4')}`],
      ...[`--wsrep-cluster-address=gcomm://${group}`, '--wsrep-cluster-name=switchover-test'],
      ...[`--wsrep-node-address=127.0.0.1:${groupPort}`, `--wsrep-node-name=node-${index}`],
      `--wsrep-provider-options=base_host=127.0.0.1;base_port=${groupPort};gmcast.listen_addr=tcp://127.0.0.1:${groupPort};ist.recv_addr=127.0.0.1:${istPort};ist.recv_bind=127.0.0.1:${istPort};gcache.size=16M`,
      ...['--wsrep-sst-method=rsync', `--wsrep-sst-receive-address=127.0.0.1:${sstPort}`],
      ...[`--ssl-cert=${folder}/cert.pem`, `--ssl-key=${folder}/key.pem`],
      ...(isNewCluster ? ['--wsrep-new-cluster', `--init-file=${folder}/first.sql`] : [])
    ])
  }

  return {
    port,
    ask,
    async begin(text) {
      const connection = await connect()
      // As the store has it, of which one process stands still.
      await connection.query(`SET idle_transaction_timeout = ${idleInTransactionSeconds}`)
      await connection.query('BEGIN')
      await connection.query(text)
      return { end: async () => connection.destroy() }
    },
    launch,
    async start() {
      await launch()
      await untilUp(server!, 120, async () => {
        const [ready] = await ask<{ Value: string }>("SHOW STATUS LIKE 'wsrep_ready'")
        if (ready?.Value !== 'ON') throw new Error('not ready')
      })
    },
    async kill() {
      await server?.stop('SIGKILL')
    }
  }
}
