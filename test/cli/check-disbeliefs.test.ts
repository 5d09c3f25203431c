import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '@jest/globals'
import { checkDisbeliefs } from '../../src/cli/check-disbeliefs.ts'
import { withStored } from '../../src/cli/check-store.ts'
import { StoreUnavailable } from '../../src/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { segment } from './world.ts'

const fencing = { wayOf: (agent: string, host: string) => `${agent} to ${host}` }

test('an agent that the service does not believe fails, whatever it says now, until it has another way', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-check-'))
  const url = `file:${join(folder, 's.db')}`
  const store = await openStore(url)
  try {
    const atMs = Date.UTC(2026, 10, 27, 3)
    const told = ['compute-01', 'gone-01'].map(host => ({ host, agent: 'bmc', way: `bmc to ${host}` }))
    for (const way of [...told, { host: 'compute-02', agent: 'bmc', way: 'before' }])
      await store.disbelieve(way, 'a', atMs)
    const lines = await withStored(url, stored => checkDisbeliefs([segment()], fencing, stored))
    expect(lines).toEqual([
      {
        name: 'rack-a fencing bmc',
        ok: false,
        detail: expect.stringMatching(
          /^compute-01: bmc is not believed since 2026-11-27T03:00:00.000Z: it says off while/
        )
      }
    ])
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
})

const linesOf = async (url: string) => await withStored(url, stored => checkDisbeliefs([segment()], fencing, stored))
const unread = (why: RegExp) => [{ name: 'store', ok: true, warn: true, detail: expect.stringMatching(why) }]

test('a store that is not there yet has nothing to tell', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-check-'))
  try {
    writeFileSync(join(folder, 'empty.db'), '')
    for (const url of [`file:${join(folder, 'none.db')}`, `file:${join(folder, 'empty.db')}`, 'file::memory:'])
      expect(await linesOf(url)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a store that can not be read is a warning: nobody knows which agents are not believed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-check-'))
  const [broken, other] = ['broken.db', 'other.db'].map(name => join(folder, name)) as [string, string]
  try {
    writeFileSync(broken, 'no database at all'.repeat(100))
    await (await openStore(`file:${other}`)).close()
    const database = new DatabaseSync(other)
    database.exec("UPDATE meta SET v = '999' WHERE k = 'schema'")
    database.close()
    expect(await linesOf(`file:${broken}`)).toEqual(
      unread(/^which agents are not believed was not read: .*not a database/)
    )
    expect(await linesOf(`file:${other}`)).toEqual(unread(/was not read: the database has schema version 999, /))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a store that fails while it is read keeps none of the other lines away', async () => {
  const store = { disbeliefs: () => Promise.reject(new StoreUnavailable('the disk is gone')) }
  expect(await checkDisbeliefs([segment()], fencing, { store })).toEqual(unread(/was not read: the disk is gone$/))
})
