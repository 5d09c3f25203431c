import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { inspectServers } from '../../src/store/database/open-dialect.ts'
import { statementMs } from '../../src/store/database/servers/limits.ts'
import { openStore } from '../../src/store/open-store.ts'
import { storeContract } from '../store/contract.ts'
import { bedsIn, warnings } from './bed.ts'
import { serverContract } from './server-contract.ts'
import { type Balancer, startBalancer } from './servers/balancer.ts'
import { type Galera, startGalera } from './servers/galera.ts'

let cluster: Galera | undefined
let balancer: Balancer | undefined
const url = () => cluster!.url(balancer!.port)
const ask = <Row>(statement: string, database?: string) => cluster!.nodes[0]!.ask<Row>(statement, database)
const beds = bedsIn(url, ask)

beforeAll(async () => {
  cluster = await startGalera()
  balancer = await startBalancer(cluster.nodes.map(({ port }) => port))
  await beds.prepare()
})

afterAll(async () => {
  await balancer?.close()
  await cluster?.stop()
})

storeContract('a store in Galera, its connections spread over three nodes', beds.makeBed)

describe('a Galera cluster', () => {
  serverContract({
    url,
    directUrl: () => cluster!.url(cluster!.nodes[0]!.port),
    ca: () => cluster!.ca,
    async reader() {
      const account = `'reader'@'127.0.0.1'`
      await ask(`CREATE OR REPLACE USER ${account} IDENTIFIED BY 'of-a-reader'`)
      await ask(`GRANT SELECT ON switchover.* TO ${account}`)
      return cluster!.url(cluster!.nodes[0]!.port).replace(/\/\/.*@/, '//reader:of-a-reader@')
    },
    ask,
    async empty() {
      await cluster!.nodes[0]!.ask('DROP DATABASE switchover', 'mysql')
      await cluster!.nodes[0]!.ask('CREATE DATABASE switchover', 'mysql')
    },
    standStill: async recovery =>
      cluster!.nodes[0]!.begin(`UPDATE recoveries SET seq = seq + 1 WHERE id = '${recovery}'`),
    async cut() {
      for (const node of cluster!.nodes) {
        const processes = await node.ask<{ Id: number; User: string; Command: string }>('SHOW PROCESSLIST')
        const idle = processes.filter(({ User, Command }) => User === 'switchover' && Command === 'Sleep')
        for (const { Id } of idle) await node.ask(`KILL ${Id}`)
      }
    }
  })

  test('a step of the schema that takes longer than a statement may is waited for, and said', async () => {
    await ask('DROP DATABASE switchover', 'mysql')
    await ask('CREATE DATABASE switchover', 'mysql')
    const { port } = cluster!.nodes[0]!
    const slow = await startBalancer([port])
    slow.delayAfter(/CREATE INDEX/, statementMs + 4000)
    const log = warnings()
    const store = await openStore(cluster!.url(slow.port), { log })
    await store.ping()
    expect(log.said.filter(message => message.startsWith('the schema is not ready yet'))).toHaveLength(1)
    // From now on nothing is waited for that long, and that it is away is said.
    slow.delayAfter(/meta/, statementMs + 4000)
    await expect(store.ping()).rejects.toMatchObject({ name: 'StoreUnavailable' })
    expect(log.said.at(-1)).toMatch(/^the store can't be used/)
    await new Promise(resolve => setTimeout(resolve, 1100))
    await store.ping()
    expect(log.said.at(-1)).toBe('the store can be used again')
    await store.close()
    await slow.close()
  })

  test('a URL for PostgreSQL is told that it is a MariaDB', async () => {
    const wrong = cluster!.url(cluster!.nodes[0]!.port).replace('mysql:', 'postgres:')
    const words = /127.0.0.1:\d+ is a MariaDB \(or MySQL\): let store.url begin with mysql:\/\//
    await expect(openStore(wrong)).rejects.toThrow(words)
    expect((await inspectServers(wrong)).nodes).toEqual([expect.stringMatching(words)])
  })

  test('what is not as it should be about its nodes is named, and a node that is away is passed over', async () => {
    const [one, two, three] = cluster!.nodes.map(({ port }) => port) as [number, number, number]
    const whole = await inspectServers(cluster!.url(one, two, three))
    expect(whole.isUsable).toBe(true)
    expect(whole.shown).toBe(`mysql://switchover@127.0.0.1:${one},127.0.0.1:${two},127.0.0.1:${three}/switchover`)
    expect(whole.nodes).toEqual(
      [one, two, three].map(port =>
        expect.stringMatching(new RegExp(`^127.0.0.1:${port}: MariaDB .*Galera with 3 nodes, Synced, not encrypted$`))
      )
    )
    expect(whole.concerns).toEqual(
      [one, two, three].map(port => expect.stringContaining(`:${port}: innodb_flush_log_at_trx_commit is not 1`))
    )

    const url = cluster!.url(1, two)
    expect(await inspectServers(url)).toMatchObject({
      isUsable: true,
      concerns: expect.arrayContaining([expect.stringMatching(/^127.0.0.1:1: can't be used: .*ECONNREFUSED/)])
    })
    const store = await openStore(url)
    await store.ping()
    await store.close()
    expect(await inspectServers(cluster!.url(1))).toMatchObject({ isUsable: false })
  })
})
