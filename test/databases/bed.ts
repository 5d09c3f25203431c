import type { Log } from '../../src/controller/ports/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { type Bed, handClock } from '../store/contract/bed.ts'

/** Children before what they refer to. */
const tables = [
  'signals',
  'steps',
  'events',
  'commands',
  'targets',
  'slots',
  'outbox',
  'duties',
  'arming',
  'disbeliefs',
  'recoveries'
]

/** Makes beds in one database, one at a time: its tables are emptied before each. `url` is asked once they are there. */
export function bedsIn(
  url: () => string,
  ask: (statement: string) => Promise<unknown>
): { prepare(): Promise<void>; makeBed(): Promise<Bed> } {
  return {
    async prepare() {
      await (await openStore(url())).close()
    },
    async makeBed() {
      for (const table of tables) await ask(`DELETE FROM ${table}`)
      const clock = handClock()
      return { open: () => openStore(url(), { clock }), pass: async ms => clock.pass(ms), dispose: async () => {} }
    }
  }
}

/** Keeps what is said as a warning. */
export function warnings(): Log & { readonly said: string[] } {
  const said: string[] = []
  return { said, info() {}, error() {}, warn: (_, message) => void said.push(message) }
}
