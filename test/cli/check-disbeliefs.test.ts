import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { checkDisbeliefs } from '../../src/cli/check-disbeliefs.ts'
import { withStored } from '../../src/cli/check-store.ts'
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
    const lines = await withStored(url, async stored => stored && (await checkDisbeliefs([segment()], fencing, stored)))
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

test('a store that is not there yet has nothing to tell', async () => {
  expect(await withStored('file:/nowhere/s.db', async store => store)).toBeUndefined()
})
