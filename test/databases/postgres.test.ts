import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { inspectServers } from '../../src/store/database/open-dialect.ts'
import { openStore } from '../../src/store/open-store.ts'
import { storeContract } from '../store/contract.ts'
import { bedsIn } from './bed.ts'
import { serverContract } from './server-contract.ts'
import { startBalancer } from './servers/balancer.ts'
import { type Postgres, startPostgres } from './servers/postgres.ts'

let server: Postgres | undefined
const url = () => server!.url
const ask = <Row>(statement: string) => server!.ask<Row>(statement)
const beds = bedsIn(url, ask)

beforeAll(async () => {
  server = await startPostgres()
  await beds.prepare()
})

afterAll(async () => {
  await server?.stop()
})

storeContract('a store in PostgreSQL', beds.makeBed)

describe('a PostgreSQL server', () => {
  serverContract({
    url,
    directUrl: url,
    ask,
    async empty() {
      await ask('DROP SCHEMA public CASCADE')
      await ask('CREATE SCHEMA public')
    },
    standStill: async recovery => server!.begin(`UPDATE recoveries SET seq = seq WHERE id = '${recovery}'`),
    holdSchema: ms => ask(`SELECT pg_advisory_lock(5717004), pg_sleep(${ms / 1000})`),
    async cut() {
      await ask(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL'
      )
    }
  })

  test('connections to a machine that was cut off cost one time limit, not one each', async () => {
    const { port } = server!
    const balancer = await startBalancer([port])
    const store = await openStore(url().replace(`:${port}/`, `:${balancer.port}/`))
    await Promise.all(Array.from({ length: 40 }, () => store.ping()))
    balancer.fallSilent()
    await expect(store.ping()).rejects.toMatchObject({ name: 'StoreUnavailable' })
    await store.ping()
    await store.close()
    await balancer.close()
  })

  test('a user that may not make the tables is told so', async () => {
    await ask('DROP SCHEMA public CASCADE')
    await ask('CREATE SCHEMA public')
    await ask("CREATE USER reader PASSWORD 'of-a-reader'")
    await ask('GRANT USAGE ON SCHEMA public TO reader')
    const reader = url().replace(/\/\/.*@/, '//reader:of-a-reader@')
    await expect(openStore(reader)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(/permission denied for schema public: the user needs the right to create tables/)
    })
    await (await openStore(url())).close()
  })

  test('what is not as it should be about it is named', async () => {
    expect(await inspectServers(url())).toMatchObject({ isUsable: true, concerns: [] })
    await ask('ALTER SYSTEM SET synchronous_commit = off')
    await ask('SELECT pg_reload_conf()')
    const { nodes, concerns } = await inspectServers(url())
    await ask('ALTER SYSTEM RESET synchronous_commit')
    await ask('SELECT pg_reload_conf()')
    expect(nodes).toEqual([expect.stringMatching(/: PostgreSQL \d+/)])
    expect(concerns).toEqual([expect.stringContaining('synchronous_commit is off')])
  })
})
