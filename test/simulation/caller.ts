import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string | undefined>()

/**
 * Which recovery's driver makes a call of a port, told from the calls themselves: a driver begins by reading its journal,
 * and all that it calls from there on is its own.
 */
export const caller = {
  /** Looks at a call of the store before it is made. */
  see(name: string, args: readonly unknown[]): void {
    if (name === 'store.steps') storage.enterWith(String(args[0]))
    else if (name === 'store.claim' || name === 'store.renew') storage.enterWith(undefined)
  },
  recovery: (): string | undefined => storage.getStore()
}
