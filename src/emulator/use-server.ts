import { change, changes } from './model/nova-lifecycle.ts'
import { resize } from './model/nova-relocate.ts'
import { deleteServer } from './model/nova-servers.ts'
import { Refusal } from './model/refusal.ts'
import type { World } from './model/world.ts'
import type { Happening, ServerDeed } from './scenario-event.ts'

const uses: Readonly<Record<ServerDeed, (world: World, id: string) => void>> = {
  deleteServer,
  stopServer: (world, id) => change(world, id, changes.stop),
  startServer: (world, id) => change(world, id, changes.start),
  resizeServer: (world, id) => resize(world, id)
}

export function isUse(deed: Happening): deed is Happening & { readonly do: ServerDeed } {
  return deed.do in uses
}

/** What a user does with a server. It is no deed of the service's, and Nova may refuse it. */
export function useServer(world: World, deed: Happening): boolean {
  if (!isUse(deed)) return false
  const watchers = world.watchers.splice(0)
  const count = world.deeds.length
  try {
    uses[deed.do](world, deed.server)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  } finally {
    world.watchers.push(...watchers)
    world.deeds.splice(count)
  }
  return true
}
