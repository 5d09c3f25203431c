import type { Server } from '../../../core/inventory.ts'
import type { Context } from '../../recovery/context.ts'

export type ReadServer = (id: string) => Promise<Server | undefined>

/** From so many on one host, one list costs Nova less than a look at each. */
const listedFrom = 3

/** Reads servers that should be on `host`, `expected` of them. One that a list does not name is looked at by itself. */
export function createServerReader({ ports, signal }: Context, host: string, expected: number): ReadServer {
  const listed = expected < listedFrom ? undefined : ports.cloud.serversOn(host, signal)
  // Whoever reads meets its failure; it may be that nobody does.
  listed?.catch(() => undefined)
  return async id => (await listed)?.find(server => server.id === id) ?? (await ports.cloud.server(id, signal))
}
