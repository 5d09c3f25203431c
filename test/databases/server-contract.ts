import { afterEach, describe, expect, test } from '@jest/globals'
import { inspectServers } from '../../src/store/database/open-dialect.ts'
import { openStore } from '../../src/store/open-store.ts'
import { NothingStored, openStoreForReading } from '../../src/store/read-store.ts'
import { alarmFor, claim, driven, opens, recoveryOf } from '../store/contract/bed.ts'
import type { Store } from '../store/contract/types.ts'
import { type Balancer, startBalancer } from './servers/balancer.ts'

export interface Server {
  url(): string
  /** The same for the node that `standStill` is connected with. */
  directUrl(): string
  /** The file of the authority that signed its certificate, which is for 127.0.0.1. */
  ca(): string
  /** Makes a user who may log in and read the tables, and no more; its URL. */
  reader(): Promise<string>
  /** One statement, as a user who may do everything. */
  ask<Row>(statement: string): Promise<Row[]>
  /** Makes the database anew, with nothing in it. */
  empty(): Promise<void>
  /** A connection that has changed this recovery's row and then does nothing: what a process that stands still leaves behind. */
  standStill(recovery: string): Promise<{ end(): Promise<void> }>
  /** Ends every connection of the store from the server's side. */
  cut(): Promise<void>
}

/** Opens the store, with the server's own clock, and closes it. */
async function withStore(server: Server, body: (store: Store) => Promise<void>, url = server.url()): Promise<void> {
  const store = await openStore(url)
  try {
    await body(store)
  } finally {
    await store.close()
  }
}

/** How ways to the server by TLS go, and what is said of them. */
function tlsContract(server: Server): void {
  const open = async (options: string, host = '127.0.0.1') => {
    const url = `${server.directUrl().replace('@127.0.0.1:', `@${host}:`)}?${options}`
    await withStore(server, async store => store.ping(), url)
    return (await inspectServers(url)).nodes[0]
  }

  test.each([
    ['tls=off', /, not encrypted$/],
    ['tls=required', /, encrypted \(TLSv1\.\d\)$/],
    ['tls=required&ca=CA', /, encrypted \(TLSv1\.\d\)$/],
    ['tls=verified&ca=CA', /, encrypted \(TLSv1\.\d\)$/],
    ['ca=CA', /, encrypted \(TLSv1\.\d\)$/]
  ])('with %s the store is used, and what the way is like is said', async (options, words) => {
    expect(await open(options.replace('CA', server.ca()))).toMatch(words)
  })

  test.each([
    ['tls=verified', '127.0.0.1', /&ca=/],
    ['tls=required&ca=/etc/ssl/certs/ca-certificates.crt', '127.0.0.1', /&ca=/],
    ['tls=verified&ca=CA', 'localhost', /certificate is for another name/],
    ['tls=verified&ca=/nothing.pem', '127.0.0.1', /file of ca=… can't be read/],
    [`ca=${import.meta.filename}`, '127.0.0.1', /holds no certificate/]
  ])('with %s, as %s, it is refused, and it is said what to do', async (options, host, words) => {
    const refusal = await open(options.replace('CA', server.ca()), host).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ name: 'ConfigError', message: expect.stringMatching(words) })
  })
}

/** What a store in a database server must do beyond the contract of all. */
export function serverContract(server: Server): void {
  const undo: Balancer[] = []
  afterEach(async () => {
    for (const network of undo.splice(0)) await network.close()
  })

  describe('on its way to it', () => tlsContract(server))

  test('whether it can be written is tried, and leaves nothing behind', async () => {
    await server.empty()
    const tables = () => server.ask("SELECT 1 FROM information_schema.tables WHERE table_name LIKE 'switchover%'")
    expect((await inspectServers(server.url())).writable).toEqual({ ok: true, sentence: 'its tables can be made' })
    expect(await tables()).toEqual([])
    await withStore(server, async store => store.ping())
    const before = await server.ask('SELECT k FROM meta ORDER BY k')
    expect((await inspectServers(server.url())).writable).toEqual({ ok: true, sentence: 'its tables can be written' })
    await server.ask("UPDATE meta SET v = '3' WHERE k = 'schema'")
    expect((await inspectServers(server.url())).writable?.ok).toBe(true)
    await server.ask("UPDATE meta SET v = '999' WHERE k = 'schema'")
    expect((await inspectServers(server.url())).writable).toMatchObject({
      ok: false,
      sentence: expect.stringMatching(/999.*newer program/)
    })
    expect(await tables()).toEqual([])
    expect(await server.ask('SELECT k FROM meta ORDER BY k')).toEqual(before)
    await server.empty()
    await withStore(server, async store => store.ping())
  })

  test('to look at what is stored, nothing yet is told apart from another version', async () => {
    await server.empty()
    await expect(openStoreForReading(server.url())).rejects.toThrow(NothingStored)
    await withStore(server, async store => store.ping())
    const read = await openStoreForReading(server.url())
    expect(await read.disbeliefs()).toEqual([])
    await read.close()
    await server.ask("UPDATE meta SET v = '999' WHERE k = 'schema'")
    await expect(openStoreForReading(server.url())).rejects.toThrow('schema version 999')
    await server.empty()
    await withStore(server, async store => store.ping())
  })

  test('a user that may only read is told what is missing, with tables and without', async () => {
    const url = await server.reader()
    expect((await inspectServers(url)).writable).toMatchObject({
      ok: false,
      sentence: expect.stringMatching(/^it can't be written: .*(denied|must be owner).*: .*(GRANT|ALTER DATABASE)/)
    })
    await server.empty()
    expect((await inspectServers(await server.reader())).writable).toMatchObject({
      ok: false,
      sentence: expect.stringMatching(/^it can't be written: .*denied.*: .*(GRANT|ALTER DATABASE)/)
    })
    await withStore(server, async store => store.ping())
  })

  test('several processes that start at once on an empty database make its schema once', async () => {
    await server.empty()
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(server.url())))
    await Promise.all(stores.map(store => store.ping()))
    const answer = await stores[0]!.receive(alarmFor('compute-01'), opens(recoveryOf('compute-01')))
    expect((await stores[3]!.signal(answer.signal))?.outcome).toBe('opened')
    await Promise.all(stores.map(store => store.close()))
    const [row] = await server.ask<{ v: string }>("SELECT v FROM meta WHERE k = 'schema'")
    await withStore(server, async store => store.ping())
    expect(await server.ask("SELECT v FROM meta WHERE k = 'schema'")).toEqual([row])
    expect(Number(row?.v)).toBeGreaterThan(20)
  })

  test('a program goes on beside a newer one that has brought the schema up', async () => {
    await withStore(server, async store => {
      const [{ v }] = (await server.ask("SELECT v FROM meta WHERE k = 'schema'")) as [{ v: string }]
      await server.ask('ALTER TABLE recoveries ADD COLUMN of_the_future varchar(64)')
      await server.ask('ALTER TABLE signals ADD COLUMN of_the_future varchar(64)')
      await server.ask(`UPDATE meta SET v = '${Number(v) + 1}' WHERE k = 'schema'`)
      const { lease, stored } = await driven(store, 'compute-of-old')
      await store.write(lease, { recovery: stored.recovery })
      expect((await store.recoveries({ limit: 1, host: 'compute-of-old' })).items).toHaveLength(1)
      await server.ask('ALTER TABLE recoveries DROP COLUMN of_the_future')
      await server.ask('ALTER TABLE signals DROP COLUMN of_the_future')
      await server.ask(`UPDATE meta SET v = '${v}' WHERE k = 'schema'`)
    })
  })

  test('a database of a newer program is refused, and left as it is', async () => {
    const [{ v }] = (await server.ask("SELECT v FROM meta WHERE k = 'schema'")) as [{ v: string }]
    await server.ask("UPDATE meta SET v = '999' WHERE k = 'schema'")
    const refusal = await openStore(server.url()).catch((error: unknown) => error)
    await server.ask(`UPDATE meta SET v = '${v}' WHERE k = 'schema'`)
    expect(refusal).toMatchObject({ name: 'ConfigError', message: expect.stringMatching(/schema version 999.*newer/) })
  })

  test("times are the server's, in ms", async () => {
    await withStore(server, async store => {
      const before = Date.now()
      const now = await store.now()
      // The server runs on this machine.
      expect(Math.abs(now - before)).toBeLessThan(60_000)
      expect(Number.isInteger(now)).toBe(true)
      const { lease } = await driven(store, 'compute-02')
      await store.renew(lease, 1)
      await new Promise(resolve => setTimeout(resolve, 20))
      expect(await claim(store, 'replica-2', 60_000, 100)).toMatchObject([{ lease: { owner: 'replica-2' } }])
      expect(await claim(store, 'replica-3', 60_000, 100)).toEqual([])
    })
  })

  test('names are told apart by every letter, and may be as long as a request may bring them', async () => {
    await withStore(server, async store => {
      const long = 'x'.repeat(254)
      const names = ['compute-x', 'Compute-X', 'cömpute-x', `${long}1`, `${long}2`]
      for (const name of names) {
        const dedupeKey = `target|${'r'.repeat(64)}|${name}`
        const alarm = { id: name, current: 'alarm', traits: {} }
        expect((await store.receive(alarmFor(name, { alarm, dedupeKey }), opens(recoveryOf(name)))).outcome).toBe(
          'opened'
        )
      }
      for (const name of names) expect((await store.openRecoveryOf(name))?.recovery.host).toBe(name)
    })
  })

  test('whatever text comes in is stored', async () => {
    await withStore(server, async store => {
      const reason = `a\0b \\' "; DROP TABLE signals; -- \u{1f525} ${'ä'.repeat(100_000)}`
      const { signal } = await store.receive(alarmFor('compute-03', { reason, body: reason }), {
        outcome: 'noted',
        because: reason
      })
      const stored = (await store.signal(signal))?.reason ?? ''
      expect(stored.replace('\u{fffd}', '\0')).toBe(reason)
    })
  })

  test('a transaction of a process that stands still keeps nobody waiting for long', async () => {
    await withStore(
      server,
      async store => {
        const { lease } = await driven(store, 'compute-04')
        const still = await server.standStill(lease.recovery)
        await store.renew(lease, 10_000)
        await still.end()
      },
      server.directUrl()
    )
  })

  test('whether a commit was done whose answer is lost nobody knows; the same delivery again is the same signal', async () => {
    const [, port = ''] = /:(\d+)[,/][^:]*$/.exec(server.directUrl()) ?? []
    const network = await startBalancer([Number(port)])
    undo.push(network)
    await withStore(
      server,
      async store => {
        const alarm = { id: 'lost-answer', current: 'alarm', traits: {} }
        const signal = alarmFor('compute-05', { alarm, dedupeKey: 'lost-answer' })
        // Not the "read committed" of a new connection.
        network.cutAfter(/[^ ]commit/)
        const refusal = await store.receive(signal, opens(recoveryOf('compute-05'))).catch((error: unknown) => error)
        expect(refusal).toMatchObject({ name: 'StoreUnavailable' })
        const known = await store.openRecoveryOf('compute-05')
        const again = await store.receive(signal, opens(recoveryOf('compute-05')))
        expect(again).toMatchObject({ outcome: 'opened', recovery: known?.recovery.id })
        expect((await store.recoveries({ limit: 10, host: 'compute-05' })).items).toHaveLength(1)
      },
      server.directUrl().replace(`:${port}/`, `:${network.port}/`)
    )
  })

  test('connections that the server has ended are replaced', async () => {
    await withStore(server, async store => {
      await Promise.all(Array.from({ length: 5 }, () => store.ping()))
      await server.cut()
      const failures: unknown[] = []
      for (let tries = 0; tries < 20; tries++) await store.ping().catch((error: unknown) => failures.push(error))
      // One that was cut while it was being taken may be met still; it is no mistake of ours.
      for (const failure of failures) expect(failure).toMatchObject({ name: 'StoreUnavailable' })
      await store.ping()
    })
  })

  test('what is wrong with the login is said, without the password', async () => {
    const password = /\/\/.*?:(.*)@/.exec(server.url())?.[1] ?? ''
    expect(password.length).toBeGreaterThan(5)
    for (const [from, to, words] of [
      [`:${password}@`, ':wrong@', /127.0.0.1:\d+: .*(denied|authentication failed).*: correct user and password/],
      [/\/switchover$/, '/nothing', /127.0.0.1:\d+: .*database .*nothing.*CREATE DATABASE nothing/i],
      [/127.0.0.1:\d+/, '127.0.0.1:9', /127.0.0.1:9: .*ECONNREFUSED.*: nothing listens there/]
    ] as const) {
      const refusal = await openStore(server.url().replace(from, to)).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ name: 'ConfigError', message: expect.stringMatching(words) })
      expect(String(refusal)).not.toContain(password)
      expect(String(refusal)).not.toContain('wrong')
    }
  })
}
