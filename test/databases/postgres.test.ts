import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { inspectServers } from '../../src/store/database/open-dialect.ts'
import { statementMs } from '../../src/store/database/servers/limits.ts'
import { openStore } from '../../src/store/open-store.ts'
import { storeContract } from '../store/contract.ts'
import { bedsIn, warnings } from './bed.ts'
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
    ca: () => server!.ca,
    async reader() {
      const statements = [
        'DROP OWNED BY reader',
        'DROP USER reader',
        "CREATE USER reader PASSWORD 'of-a-reader'",
        'GRANT USAGE ON SCHEMA public TO reader',
        'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader'
      ]
      const exists = await ask("SELECT 1 FROM pg_user WHERE usename = 'reader'")
      for (const statement of exists.length > 0 ? statements : statements.slice(2)) await ask(statement)
      return url().replace(/\/\/.*@/, '//reader:of-a-reader@')
    },
    ask,
    async empty() {
      await ask('DROP SCHEMA public CASCADE')
      await ask('CREATE SCHEMA public')
    },
    standStill: async recovery => server!.begin(`UPDATE recoveries SET seq = seq WHERE id = '${recovery}'`),
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

  test('what another replica does to the schema is waited for, however long it takes', async () => {
    await ask('DROP SCHEMA public CASCADE')
    await ask('CREATE SCHEMA public')
    const other = ask(`SELECT pg_advisory_lock(5717004), pg_sleep(${(statementMs + 4000) / 1000})`)
    await new Promise(resolve => setTimeout(resolve, 1000))
    const log = warnings()
    const store = await openStore(url(), { log })
    await other
    expect(log.said.filter(message => message.startsWith('the schema is not ready yet'))).toHaveLength(1)
    await store.ping()
    await store.close()
  })

  test('a URL for MariaDB is told that it is a PostgreSQL', async () => {
    const wrong = url().replace('postgres:', 'mysql:')
    const words = new RegExp(`127.0.0.1:${server!.port} is a PostgreSQL: let store.url begin with postgres://`)
    await expect(openStore(wrong)).rejects.toThrow(words)
    expect((await inspectServers(wrong)).nodes).toEqual([expect.stringMatching(words)])
  })

  test('a user that may not make the tables is told so', async () => {
    await ask('DROP SCHEMA public CASCADE')
    await ask('CREATE SCHEMA public')
    await ask("CREATE USER stranger PASSWORD 'of-a-reader'")
    await ask('GRANT USAGE ON SCHEMA public TO stranger')
    const reader = url().replace(/\/\/.*@/, '//stranger:of-a-reader@')
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
