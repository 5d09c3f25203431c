import { messageOf, StoreUnavailable } from '../../errors.ts'
import type { Ports } from '../ports/ports.ts'

/** One that may have been spoken to. */
export interface Listener {
  readonly lease: { readonly recovery: string }
  readonly wake: () => void
}

/** What people said to another replica: it is in the store, and nobody tells us. */
export interface Hearing {
  /** Wakes those for which commands wait; all of them if the word on arming is another than when it was last asked. */
  ask(listeners: readonly Listener[]): void
}

export function createHearing({ store, log }: Pick<Ports, 'store' | 'log'>): Hearing {
  const asked = new Set<string>()
  let armed: { readonly atMs: number | undefined } | undefined

  /** Never two of a kind at a time: a store that is slow is not asked the more. */
  async function once(
    what: 'arming' | 'commands',
    recovery: string | undefined,
    work: () => Promise<void>
  ): Promise<void> {
    const key = recovery ?? what
    if (asked.has(key)) return
    asked.add(key)
    try {
      await work()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) log.warn({ recovery, err: messageOf(error) }, `${what} not read`)
    } finally {
      asked.delete(key)
    }
  }

  return {
    ask(listeners) {
      for (const { lease, wake } of listeners)
        void once('commands', lease.recovery, async () => {
          if ((await store.commands(lease.recovery)).length > 0) wake()
        })
      void once('arming', undefined, async () => {
        const { atMs } = await store.arming()
        if (armed !== undefined && armed.atMs !== atMs) for (const { wake } of listeners) wake()
        armed = { atMs }
      })
    }
  }
}
