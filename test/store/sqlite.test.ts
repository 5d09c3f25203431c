import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/open-store.ts'
import { type Bed, handClock } from './contract/bed.ts'
import { storeContract } from './contract.ts'

async function makeBed(): Promise<Bed> {
  const folder = await mkdtemp(join(tmpdir(), 'switchover-store-'))
  const clock = handClock()
  return {
    open: () => openStore(`file:${join(folder, 'store.db')}`, { clock }),
    pass: async ms => clock.pass(ms),
    dispose: () => rm(folder, { recursive: true })
  }
}

storeContract('a store in a SQLite file', makeBed)
